import net from 'node:net'

const DEFAULT_PORT = 3000
const HIGHEST = 65_535

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
  return { text, port: /^\d{1,5}$/.test(text) && port >= 1 && port <= HIGHEST ? port : null }
}

/**
 * Whether a server could listen on this port, on every address of the machine or on the loopback alone.
 * @param {number} port
 * @param {'everywhere' | 'loopback'} where
 * @returns {Promise<boolean>}
 */
export async function isFree(port, where) {
  return (await whyNotFree(port, where)) === null
}

/**
 * What keeps a store from listening on this port, in the words for a person; null when nothing does.
 * @param {number} port
 * @returns {Promise<{ readonly what: string, readonly why: string, readonly todo: string } | null>}
 */
export async function findPortProblem(port) {
  const code = await whyNotFree(port, 'everywhere')
  if (code === null) return null
  if (code === 'EACCES')
    return {
      what: `Port ${port} is not for this user`,
      why: 'the system keeps it for root',
      todo: 'Choose another port: npm start -- --port 3000',
    }
  const another = port === HIGHEST ? DEFAULT_PORT : port + 1
  return {
    what: `Port ${port} is in use`,
    why: 'another program listens on it',
    todo: `Stop that program, or choose another port: npm start -- --port ${another}`,
  }
}

async function whyNotFree(port, where) {
  const hosts = where === 'loopback' ? ['127.0.0.1'] : ['127.0.0.1', '::']
  for (const host of hosts) {
    const code = await tryToListen(port, host)
    if (code !== null) return code
  }
  return null
}

/** The code of what went wrong, or null; an address family that the machine does not have is no obstacle. */
function tryToListen(port, host) {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', ({ code }) => resolve(code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL' ? null : code))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)))
  })
}
