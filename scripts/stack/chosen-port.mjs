import net from 'node:net'

const DEFAULT_PORT = 3000

/**
 * The port that was asked for: `--port N` goes before PORT, 3000 where neither is there. It is null when `text` is no port.
 * @param {readonly string[]} args
 * @param {Record<string, string | undefined>} env
 * @returns {{ readonly text: string, readonly port: number | null }}
 */
export function choosePort(args, env) {
  const at = args.findLastIndex((arg) => arg === '--port' || arg.startsWith('--port='))
  const asked = args[at]?.includes('=') ? args[at].slice('--port='.length) : args[at + 1]
  const text = at >= 0 ? (asked ?? '') : env.PORT || String(DEFAULT_PORT)
  const port = Number(text)
  return { text, port: /^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535 ? port : null }
}

/**
 * Whether a server could listen on this port, on every address of the machine or on the loopback alone.
 * @param {number} port
 * @param {'everywhere' | 'loopback'} where
 * @returns {Promise<boolean>}
 */
export async function isFree(port, where) {
  const hosts = where === 'loopback' ? ['127.0.0.1'] : ['127.0.0.1', '::']
  for (const host of hosts) if (!(await canListen(port, host))) return false
  return true
}

/** Tries to listen; an address family that the machine does not have is no obstacle. */
function canListen(port, host) {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', (error) => resolve(error.code === 'EAFNOSUPPORT' || error.code === 'EADDRNOTAVAIL'))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
