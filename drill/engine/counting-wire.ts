import { StatementReader } from './statement-reader.ts'
import { TcpRelay } from './tcp-relay.ts'

/** A wire to Postgres that counts the statements that go through it, BEGIN and COMMIT too. */
export class CountingWire {
  readonly #relay = new TcpRelay()
  #counts = new Map<string, number>()

  /** Listens before the server at `url`, which speaks without TLS, and returns with the URL to use instead. */
  static async to(url: string): Promise<{ wire: CountingWire; url: string }> {
    const wire = new CountingWire()
    const through = await wire.#relay.listen(
      () => new URL(url),
      (client, server) => {
        const reader = new StatementReader((text) => wire.#count(kindOf(text)))
        client.on('data', (chunk) => reader.read(chunk))
        client.pipe(server).pipe(client)
      },
    )
    return { wire, url: through.href }
  }

  #count(kind: string): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1)
  }

  /** How many were carried out since the counts were taken last. */
  get statements(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0)
  }

  /** How often each kind of statement was carried out since this was asked last. */
  takeCounts(): Map<string, number> {
    const counts = this.#counts
    this.#counts = new Map()
    return counts
  }

  close(): void {
    this.#relay.close()
  }
}

const KIND_LENGTH = 70

/** The beginning of a statement, which tells it from others well enough. */
function kindOf(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('"', '').replaceAll('public.', '').trim().slice(0, KIND_LENGTH)
}
