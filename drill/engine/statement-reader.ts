/** Startup, cancel and encryption requests have no type before their length. Source: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const PROTOCOL_3 = 3

/** Reads what a client says to Postgres and tells of each statement that it has carried out, whichever way it asks. */
export class StatementReader {
  readonly #onStatement: (text: string) => void
  readonly #prepared = new Map<string, string>()
  readonly #portals = new Map<string, string>()
  #unread: Buffer = Buffer.alloc(0)
  #started = false

  constructor(onStatement: (text: string) => void) {
    this.#onStatement = onStatement
  }

  read(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk])
    for (;;) {
      const head = this.#started ? 1 : 0
      if (this.#unread.length < head + 4) return
      const end = head + this.#unread.readInt32BE(head)
      if (this.#unread.length < end) return
      const message = this.#unread.subarray(0, end)
      this.#unread = this.#unread.subarray(end)
      if (this.#started) this.#hear(String.fromCharCode(message[0] ?? 0), message.subarray(5))
      else this.#started = message.readInt16BE(4) === PROTOCOL_3
    }
  }

  #hear(type: string, body: Buffer): void {
    switch (type) {
      case 'Q':
        this.#onStatement(textAt(body, 0))
        break
      case 'P': {
        const name = textAt(body, 0)
        this.#prepared.set(name, textAt(body, Buffer.byteLength(name) + 1))
        break
      }
      case 'B': {
        const portal = textAt(body, 0)
        this.#portals.set(portal, this.#prepared.get(textAt(body, Buffer.byteLength(portal) + 1)) ?? '')
        break
      }
      case 'E':
        this.#onStatement(this.#portals.get(textAt(body, 0)) ?? '')
        break
    }
  }
}

function textAt(body: Buffer, from: number): string {
  return body.toString('utf8', from, body.indexOf(0, from))
}
