import net from 'node:net'

/** The length and the type of a message of Postgres' protocol. Source: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const HEADER_BYTES = 5
const QUERY = 'Q'.charCodeAt(0)
const EXECUTE = 'E'.charCodeAt(0)

/** A wire to Postgres that counts the statements that pass: each simple query and each execution, BEGIN and COMMIT too. */
export class CountingWire {
  readonly #server: net.Server
  readonly #sockets = new Set<net.Socket>()
  statements = 0

  private constructor(target: URL) {
    this.#server = net.createServer((client) => {
      const server = net.connect(Number(target.port), target.hostname)
      for (const socket of [client, server]) {
        this.#sockets.add(socket)
        socket.on('error', () => {})
        socket.on('close', () => {
          this.#sockets.delete(socket)
          client.destroy()
          server.destroy()
        })
      }
      const count = messageReader((type) => {
        if (type === QUERY || type === EXECUTE) this.statements += 1
      })
      client.on('data', (sent: Buffer) => {
        count(sent)
        server.write(sent)
      })
      server.on('data', (reply) => client.write(reply))
    })
  }

  /** Listens before the server at `url`, which speaks without TLS, and returns with the URL to use instead. */
  static async to(url: string): Promise<{ wire: CountingWire; url: string }> {
    const wire = new CountingWire(new URL(url))
    await new Promise<void>((resolve) => wire.#server.listen(0, '127.0.0.1', resolve))
    const through = new URL(url)
    through.host = `127.0.0.1:${(wire.#server.address() as net.AddressInfo).port}`
    return { wire, url: through.href }
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }
}

/** Calls back with the type of each whole message of a client; the first has none. */
function messageReader(onMessage: (type: number) => void): (chunk: Buffer) => void {
  let pending = Buffer.alloc(0)
  let started = false
  return (chunk) => {
    pending = Buffer.concat([pending, chunk])
    for (;;) {
      const typeBytes = started ? 1 : 0
      if (pending.length < HEADER_BYTES) return
      const length = typeBytes + pending.readUInt32BE(typeBytes)
      if (pending.length < length) return
      if (started) onMessage(pending[0] as number)
      started = true
      pending = pending.subarray(length)
    }
  }
}
