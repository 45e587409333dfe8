import fs from 'node:fs'

/** A log that has grown to this size moves aside, over the one that did before: a service leaves twice as much at most. */
const LIMIT_BYTES = 20_000_000
const TAIL_BYTES = 20_000
const TAIL_LINES = 15

/** The file that a service writes its output to, over the lives of several processes. */
export class ServiceLog {
  readonly file: string
  #from = 0

  constructor(file: string) {
    this.file = file
  }

  /** A descriptor to give to a process. It appends, so that a file cut short underneath goes on from its new end. */
  open(): number {
    return fs.openSync(this.file, 'a', 0o600)
  }

  /** From here on, what is written counts as said by the next process. */
  begin(): void {
    this.#from = this.#size()
  }

  /** The first that the latest process has said, up to a bound that is far beyond what a start prints. */
  said(): string {
    return this.#read(this.#start(), LIMIT_BYTES)
  }

  /** The last lines of the latest process. */
  tail(lines = TAIL_LINES): string {
    const from = Math.max(this.#start(), this.#size() - TAIL_BYTES)
    return this.#read(from, TAIL_BYTES).trimEnd().split('\n').slice(-lines).join('\n')
  }

  /** Moves a log aside that has become too long, while its process goes on writing. A line written at that very moment may be lost. */
  bound(limitBytes = LIMIT_BYTES): void {
    if (this.#size() < limitBytes) return
    fs.copyFileSync(this.file, `${this.file}.1`)
    fs.truncateSync(this.file)
    this.#from = 0
  }

  #start(): number {
    return this.#from <= this.#size() ? this.#from : 0
  }

  #size(): number {
    return fs.statSync(this.file, { throwIfNoEntry: false })?.size ?? 0
  }

  #read(from: number, length: number): string {
    if (this.#size() === 0) return ''
    const file = fs.openSync(this.file, 'r')
    try {
      const bytes = Buffer.alloc(Math.max(0, Math.min(length, this.#size() - from)))
      return bytes.subarray(0, fs.readSync(file, bytes, 0, bytes.length, from)).toString()
    } finally {
      fs.closeSync(file)
    }
  }
}
