import net from 'node:net'

/**
 * Wires to a server, or to each node of a cluster, that lose replies on demand: what is sent arrives, and instead of the answer the
 * connection closes.
 */
export class LossyWire {
  readonly #servers: net.Server[] = []
  /** Addresses of the wires by those of the servers behind them, `host:port` both. */
  readonly #ends = new Map<string, string>()
  readonly #sockets = new Set<net.Socket>()
  #losing: readonly string[] = []
  lost = 0

  /** Listens before the servers at `url` and returns with the URL to use instead, and where the nodes that a cluster names are reached. */
  static async to(url: string): Promise<{ wire: LossyWire; url: string; reach: (address: string) => string }> {
    const wire = new LossyWire()
    const through = await Promise.all(url.split(',').map((address) => wire.#stretch(new URL(address))))
    return { wire, url: through.join(','), reach: (address) => wire.#ends.get(address) ?? address }
  }

  async #stretch(target: URL): Promise<string> {
    const listening = net.createServer((client) => this.#carry(client, target))
    this.#servers.push(listening)
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
    const through = new URL(target)
    through.host = `127.0.0.1:${(listening.address() as net.AddressInfo).port}`
    this.#ends.set(target.host, through.host)
    return through.href
  }

  #carry(client: net.Socket, target: URL): void {
    const server = net.connect(Number(target.port), target.hostname)
    let doomed = false
    for (const socket of [client, server]) {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        this.#sockets.delete(socket)
        client.destroy()
        server.destroy()
      })
    }
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
    for (const socket of this.#sockets) socket.destroy()
    for (const server of this.#servers) server.close()
  }
}
