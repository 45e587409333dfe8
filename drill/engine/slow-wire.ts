import type net from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { TcpRelay } from './tcp-relay.ts'

/** A wire to a server whose replies take as long as a test says. */
export class SlowWire {
  readonly #relay = new TcpRelay()
  #delayMs = 0

  /** Listens before the server at `url` and returns with the URL to use instead. */
  static async to(url: string): Promise<{ wire: SlowWire; url: string }> {
    const wire = new SlowWire()
    const through = await wire.#relay.listen(
      () => new URL(url),
      (client, server) => wire.#carry(client, server),
    )
    return { wire, url: through.href }
  }

  #carry(client: net.Socket, server: net.Socket): void {
    client.pipe(server)
    // One behind the other, or a reply would overtake those before it.
    let last = Promise.resolve()
    server.on('data', (reply) => {
      const until = setTimeout(this.#delayMs)
      last = last.then(async () => {
        await until
        client.write(reply)
      })
    })
  }

  /** From now on each reply arrives so much later. */
  delay(ms: number): void {
    this.#delayMs = ms
  }

  close(): void {
    this.#relay.close()
  }
}
