import net from 'node:net'

/** What happens between a client and the server behind it, whose connections end together. */
export type Carry = (client: net.Socket, server: net.Socket) => void

/** Listens before servers; what goes through it is somebody else's to carry. */
export class TcpRelay {
  readonly #servers: net.Server[] = []
  readonly #sockets = new Set<net.Socket>()

  /** Stands before the server at the address that `target` gives for each connection, and returns with the URL to use instead. */
  async listen(target: () => URL, carry: Carry): Promise<URL> {
    const listening = net.createServer((client) => {
      const { port, hostname } = target()
      const server = net.connect(Number(port), hostname)
      for (const socket of [client, server]) {
        this.#sockets.add(socket.setNoDelay())
        socket.on('error', () => {})
        socket.on('close', () => {
          this.#sockets.delete(socket)
          client.destroy()
          server.destroy()
        })
      }
      carry(client, server)
    })
    this.#servers.push(listening)
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
    const through = new URL(target())
    through.host = `127.0.0.1:${(listening.address() as net.AddressInfo).port}`
    return through
  }

  /** Whoever is connected has to connect anew. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  close(): void {
    this.cut()
    for (const server of this.#servers) server.close()
  }
}
