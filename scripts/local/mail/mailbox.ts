import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import PostalMime from 'postal-mime'

/** A message as people and tests read it. `date` is when it arrived, in ISO form. */
export type Message = {
  readonly id: string
  readonly date: string
  readonly from: string
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly messageId: string
}

const MAX_MESSAGES = 1000
const ID = /^\d{16}-[0-9a-f]{8}$/

/** Messages as files of a folder, newest last by name. The oldest beyond the bound are dropped. */
export class Mailbox {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  static async open(folder: string): Promise<Mailbox> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return new Mailbox(folder)
  }

  /** Keeps a message whole, or not at all; it is on disk when this returns. */
  async put(source: Buffer): Promise<void> {
    const id = `${String(Date.now()).padStart(16, '0')}-${randomUUID().slice(0, 8)}`
    const draft = path.join(this.#folder, `${id}.part`)
    await writeFile(draft, source, { flush: true, mode: 0o600 })
    await rename(draft, this.#file(id))
    for (const old of (await this.#ids()).slice(MAX_MESSAGES)) await rm(this.#file(old), { force: true })
  }

  /** Newest first. */
  async list(): Promise<Message[]> {
    const messages = await Promise.all((await this.#ids()).map((id) => this.read(id)))
    return messages.filter((message) => message !== null)
  }

  async read(id: string): Promise<Message | null> {
    const source = await this.source(id)
    if (!source) return null
    const mail = await PostalMime.parse(source)
    return {
      id,
      date: new Date(Number(id.slice(0, 16))).toISOString(),
      from: mail.from?.address ?? '',
      to: (mail.to ?? []).map((address) => address.address ?? ''),
      subject: mail.subject ?? '',
      text: mail.text ?? '',
      html: mail.html ?? '',
      messageId: mail.messageId ?? '',
    }
  }

  async source(id: string): Promise<Buffer | null> {
    return ID.test(id) ? readFile(this.#file(id)).catch(() => null) : null
  }

  async empty(): Promise<void> {
    for (const id of await this.#ids()) await rm(this.#file(id), { force: true })
  }

  #file(id: string): string {
    return path.join(this.#folder, `${id}.eml`)
  }

  async #ids(): Promise<string[]> {
    const names = await readdir(this.#folder)
    return names
      .filter((name) => name.endsWith('.eml'))
      .map((name) => name.slice(0, -4))
      .sort()
      .reverse()
  }
}
