import net from 'node:net'

/** A wire to a server that loses replies on demand: what is sent arrives, and instead of the answer the connection closes. */
export class LossyWire {
  readonly #server: net.Server
  readonly #sockets = new Set<net.Socket>()
  #losing: string | null = null
  lost = 0

  private constructor(target: URL) {
    this.#server = net.createServer((client) => {
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
        doomed ||= this.#losing !== null && sent.includes(this.#losing)
        server.write(sent)
      })
      server.on('data', (reply) => {
        if (!doomed) return void client.write(reply)
        this.lost += 1
        client.destroy()
      })
    })
  }

  /** Listens before the server at `url` and returns with the URL to use instead. */
  static async to(url: string): Promise<{ wire: LossyWire; url: string }> {
    const wire = new LossyWire(new URL(url))
    await new Promise<void>((resolve) => wire.#server.listen(0, '127.0.0.1', resolve))
    const through = new URL(url)
    through.host = `127.0.0.1:${(wire.#server.address() as net.AddressInfo).port}`
    return { wire, url: through.href }
  }

  /** From now on the reply to whatever contains this text is lost. */
  loseRepliesTo(text: string): void {
    this.#losing = text
  }

  loseNothing(): void {
    this.#losing = null
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }
}
