import { TcpRelay } from './tcp-relay.ts'

/** An address that stays the same while the server behind it is exchanged, as an operator, a proxy or a name does it in a failover. */
export class TcpSwitch {
  readonly #relay = new TcpRelay()
  #target: URL

  private constructor(target: URL) {
    this.#target = target
  }

  /** Listens before the server at `url` and returns with the URL to use instead. */
  static async to(url: string): Promise<{ wire: TcpSwitch; url: string }> {
    const wire = new TcpSwitch(new URL(url))
    const through = await wire.#relay.listen(
      () => wire.#target,
      (client, server) => client.pipe(server).pipe(client),
    )
    return { wire, url: through.href }
  }

  /** Whoever is connected has to connect anew, and finds this server. */
  turnTo(url: string): void {
    this.#target = new URL(url)
    this.#relay.cut()
  }

  close(): void {
    this.#relay.close()
  }
}
