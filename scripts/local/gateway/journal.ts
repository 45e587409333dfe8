import { copyFile, type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'

/** What a journal writes down for somebody else. */
export type Keeper<Entry> = {
  /** Called once the entry is on disk, in the order of the file, before whoever appended it hears of it. */
  remember(entry: Entry): void
  /** Everything that is still to be known, as few entries as may be. */
  snapshot(): Iterable<Entry>
}

/** The file is written anew once it has this many lines more than twice what is still to be known. */
const SPARE_LINES = 20_000
const LINES_AT_ONCE = 1000

/**
 * An append-only file of JSON lines. `append` resolves once its line is on disk and remembered; appends that meet are written together,
 * with one fsync. What a crash or a full disk has torn is dropped; once most of the file is history it is written anew.
 */
export class Journal<Entry> {
  readonly #name: string
  readonly #keeper: Keeper<Entry>
  readonly #spareLines: number
  #file: FileHandle
  #bytes: number
  #lines: number
  #compactAt: number
  /** Why nothing can be written any more. */
  #broken: unknown
  #waiting: { entry: Entry | null; done: () => void; failed: (error: unknown) => void }[] = []
  #writing = false

  private constructor(name: string, keeper: Keeper<Entry>, file: FileHandle, bytes: number, lines: number, spareLines: number) {
    this.#name = name
    this.#keeper = keeper
    this.#file = file
    this.#bytes = bytes
    this.#lines = lines
    this.#spareLines = spareLines
    this.#compactAt = spareLines
  }

  /** Opens the file, making it when there is none, and remembers what it holds. A file with unreadable lines is kept aside. */
  static async open<Entry>(name: string, keeper: Keeper<Entry>, spareLines = SPARE_LINES): Promise<Journal<Entry>> {
    await mkdir(path.dirname(name), { recursive: true })
    const file = await open(name, 'a+', 0o600)
    const text = await readFile(name, 'utf8')
    const end = text.lastIndexOf('\n') + 1
    const bytes = Buffer.byteLength(text.slice(0, end))
    await file.truncate(bytes)
    const lines = text.slice(0, end).split('\n').filter(Boolean)
    let torn = 0
    for (const line of lines) {
      const entry = read<Entry>(line)
      if (entry) keeper.remember(entry)
      else torn += 1
    }
    const journal = new Journal(name, keeper, file, bytes, lines.length, spareLines)
    if (torn > 0) {
      const aside = `${name}.torn-${Date.now()}`
      await copyFile(name, aside)
      console.error(`${torn} lines of ${name} cannot be read; the file as it was is kept as ${aside}`)
    }
    if (torn > 0 || lines.length > spareLines) await journal.#compact()
    return journal
  }

  append(entry: Entry): Promise<void> {
    return this.#wait(entry)
  }

  /** Waits for what is being written. Nothing may be appended after it. */
  async close(): Promise<void> {
    await this.#wait(null)
    await this.#file.close()
  }

  #wait(entry: Entry | null): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ entry, done, failed })
      void this.#writeAll()
    })
  }

  async #writeAll(): Promise<void> {
    if (this.#writing) return
    this.#writing = true
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      try {
        const entries = batch.flatMap(({ entry }) => (entry === null ? [] : [entry]))
        await this.#write(entries)
        for (const entry of entries) this.#keeper.remember(entry)
        for (const { done } of batch) done()
        if (this.#lines > this.#compactAt) await this.#compact()
      } catch (error) {
        for (const { failed } of batch) failed(error)
      }
    }
    this.#writing = false
  }

  /** All of it or, where the disk is full, nothing: half a line would swallow the next one. */
  async #write(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return
    if (this.#broken) throw this.#broken
    const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
    try {
      await this.#file.appendFile(text)
      await this.#file.datasync()
    } catch (error) {
      await this.#file.truncate(this.#bytes).catch((truncating: unknown) => {
        this.#broken = truncating
      })
      throw error
    }
    this.#bytes += Buffer.byteLength(text)
    this.#lines += entries.length
  }

  /** Writes what is still to be known into a file of its own, which then takes the place of this one. Where that fails, all stays. */
  async #compact(): Promise<void> {
    const draft = `${this.#name}.part`
    this.#compactAt = this.#lines + this.#spareLines
    try {
      await rm(draft, { force: true })
      const file = await open(draft, 'a', 0o600)
      let bytes = 0
      let lines = 0
      for (const chunk of inChunks(this.#keeper.snapshot(), LINES_AT_ONCE)) {
        await file.appendFile(chunk.join(''))
        bytes += Buffer.byteLength(chunk.join(''))
        lines += chunk.length
      }
      await file.datasync()
      await rename(draft, this.#name)
      const history = this.#file
      this.#file = file
      this.#bytes = bytes
      this.#lines = lines
      this.#compactAt = 2 * lines + this.#spareLines
      await history.close()
    } catch (error) {
      console.error('the journal could not be written anew', error)
    }
  }
}

function read<Entry>(line: string): Entry | null {
  try {
    return JSON.parse(line) as Entry
  } catch {
    return null
  }
}

function* inChunks(entries: Iterable<unknown>, size: number): Generator<string[]> {
  let chunk: string[] = []
  for (const entry of entries) {
    chunk.push(`${JSON.stringify(entry)}\n`)
    if (chunk.length < size) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}
