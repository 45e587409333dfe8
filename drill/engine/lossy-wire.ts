import type net from 'node:net'
import { TcpRelay } from './tcp-relay.ts'

/**
 * Wires to a server, or to each node of a cluster, that lose replies on demand: what is sent arrives, and instead of the answer the
 * connection closes.
 */
export class LossyWire {
  readonly #relay = new TcpRelay()
  /** Addresses of the wires by those of the servers behind them, `host:port` both. */
  readonly #ends = new Map<string, string>()
  #losing: readonly string[] = []
  lost = 0

  /** Listens before the servers at `url` and returns with the URL to use instead, and where the nodes that a cluster names are reached. */
  static async to(url: string): Promise<{ wire: LossyWire; url: string; reach: (address: string) => string }> {
    const wire = new LossyWire()
    const through = await Promise.all(url.split(',').map((address) => wire.#stretch(new URL(address))))
    return { wire, url: through.join(','), reach: (address) => wire.#ends.get(address) ?? address }
  }

  async #stretch(target: URL): Promise<string> {
    const through = await this.#relay.listen(
      () => target,
      (client, server) => this.#carry(client, server),
    )
    this.#ends.set(target.host, through.host)
    return through.href
  }

  #carry(client: net.Socket, server: net.Socket): void {
    let doomed = false
    client.on('data', (sent) => {
      doomed ||= this.#losing.some((text) => sent.includes(text))
      server.write(sent)
    })
    server.on('data', (reply) => {
      if (!doomed) return void client.write(reply)
      this.lost += 1
      client.destroy()
    })
  }

  /** From now on the reply to whatever contains one of these texts is lost. */
  loseRepliesTo(...texts: string[]): void {
    this.#losing = texts
  }

  loseNothing(): void {
    this.#losing = []
  }

  close(): void {
    this.#relay.close()
  }
}
