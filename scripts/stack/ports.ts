import net from 'node:net'

/** A port of the loopback that nobody has right now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo
      server.close(() => resolve(port))
    })
  })
}

/** Whether a server could listen on this port, on every address of the machine or on the loopback alone. */
export async function isFree(port: number, where: 'everywhere' | 'loopback'): Promise<boolean> {
  const hosts = where === 'loopback' ? ['127.0.0.1'] : ['127.0.0.1', '::']
  for (const host of hosts) if (!(await canListen(port, host))) return false
  return true
}

/** Tries to listen; an address family that the machine does not have is no obstacle. */
function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EAFNOSUPPORT' || error.code === 'EADDRNOTAVAIL'))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
