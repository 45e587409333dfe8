import net from 'node:net'
import { StatementReader } from './statement-reader.ts'

/** A wire to Postgres that counts the statements that go through it. */
export class CountingWire {
  readonly #server: net.Server
  readonly #sockets = new Set<net.Socket>()
  #counts = new Map<string, number>()

  private constructor(target: URL) {
    this.#server = net.createServer((client) => {
      const server = net.connect(Number(target.port), target.hostname)
      const reader = new StatementReader((text) => {
        const kind = kindOf(text)
        this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1)
      })
      for (const socket of [client, server]) {
        this.#sockets.add(socket.setNoDelay())
        socket.on('error', () => {})
        socket.on('close', () => {
          this.#sockets.delete(socket)
          client.destroy()
          server.destroy()
        })
      }
      client.on('data', (chunk) => reader.read(chunk))
      client.pipe(server).pipe(client)
    })
  }

  /** Listens before the server at `url` and returns with the URL to use instead. */
  static async to(url: string): Promise<{ wire: CountingWire; url: string }> {
    const wire = new CountingWire(new URL(url))
    await new Promise<void>((resolve) => wire.#server.listen(0, '127.0.0.1', resolve))
    const through = new URL(url)
    through.host = `127.0.0.1:${(wire.#server.address() as net.AddressInfo).port}`
    return { wire, url: through.href }
  }

  /** How often each kind of statement was carried out since this was asked last. */
  takeCounts(): Map<string, number> {
    const counts = this.#counts
    this.#counts = new Map()
    return counts
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }
}

const KIND_LENGTH = 70

/** The beginning of a statement, which tells it from others well enough. */
function kindOf(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('"', '').replaceAll('public.', '').trim().slice(0, KIND_LENGTH)
}
