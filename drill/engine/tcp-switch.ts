import net from 'node:net'

/** An address that stays the same while the server behind it is exchanged, as an operator, a proxy or a name does it in a failover. */
export class TcpSwitch {
  readonly #server: net.Server
  readonly #sockets = new Set<net.Socket>()
  #target: URL

  private constructor(target: URL) {
    this.#target = target
    this.#server = net.createServer((client) => {
      const server = net.connect(Number(this.#target.port), this.#target.hostname)
      for (const [socket, other] of [
        [client, server],
        [server, client],
      ] as const) {
        this.#sockets.add(socket)
        socket.on('error', () => {})
        socket.on('close', () => {
          this.#sockets.delete(socket)
          other.destroy()
        })
        socket.pipe(other)
      }
    })
  }

  /** Listens before the server at `url` and returns with the URL to use instead. */
  static async to(url: string): Promise<{ wire: TcpSwitch; url: string }> {
    const wire = new TcpSwitch(new URL(url))
    await new Promise<void>((resolve) => wire.#server.listen(0, '127.0.0.1', resolve))
    const through = new URL(url)
    through.host = `127.0.0.1:${(wire.#server.address() as net.AddressInfo).port}`
    return { wire, url: through.href }
  }

  /** Whoever is connected has to connect anew, and finds this server. */
  turnTo(url: string): void {
    this.#target = new URL(url)
    for (const socket of this.#sockets) socket.destroy()
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }
}
