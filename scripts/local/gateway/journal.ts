import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises'
import path from 'node:path'

/**
 * An append-only file of JSON lines. `append` resolves once its line is on disk; appends that meet are written together, with one fsync.
 * A line that a crash has torn at the end is dropped when the file is opened.
 */
export class Journal<Entry> {
  readonly #file: FileHandle
  #waiting: { line: string; written: () => void; failed: (error: unknown) => void }[] = []
  #writing = false

  private constructor(file: FileHandle) {
    this.#file = file
  }

  /** Opens the file, making it when there is none, and returns what it holds. */
  static async open<Entry>(name: string): Promise<{ journal: Journal<Entry>; entries: Entry[] }> {
    await mkdir(path.dirname(name), { recursive: true })
    const file = await open(name, 'a+', 0o600)
    const text = await readFile(name, 'utf8')
    const end = text.lastIndexOf('\n') + 1
    await file.truncate(Buffer.byteLength(text.slice(0, end)))
    const lines = text.slice(0, end).split('\n').filter(Boolean)
    return { journal: new Journal<Entry>(file), entries: lines.map((line) => JSON.parse(line) as Entry) }
  }

  append(entry: Entry): Promise<void> {
    return new Promise((written, failed) => {
      this.#waiting.push({ line: `${JSON.stringify(entry)}\n`, written, failed })
      void this.#writeAll()
    })
  }

  /** Waits for what is being written. Nothing may be appended after it. */
  async close(): Promise<void> {
    await new Promise<void>((closed, failed) => {
      this.#waiting.push({ line: '', written: closed, failed })
      void this.#writeAll()
    })
    await this.#file.close()
  }

  async #writeAll(): Promise<void> {
    if (this.#writing) return
    this.#writing = true
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      try {
        await this.#file.appendFile(batch.map(({ line }) => line).join(''))
        await this.#file.datasync()
        for (const { written } of batch) written()
      } catch (error) {
        for (const { failed } of batch) failed(error)
      }
    }
    this.#writing = false
  }
}
