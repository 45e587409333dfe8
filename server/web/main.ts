import http from 'node:http'
import { parseArgs } from 'node:util'
import next from 'next'
import { log } from '../telemetry/log.ts'
import { presentErrors } from './present-errors.ts'
import { problemHtml } from './problem-page.ts'
import { refuseRequest } from './refuse-request.ts'

/**
 * A web process: Next behind a server of ours, which refuses what Next would stumble over and puts a page that needs no JavaScript in the
 * place of errors that have none.
 */
const { values } = parseArgs({ options: { port: { type: 'string', default: '3000' } } })
const port = Number(values.port)

/** A request that is not whole by then is nobody's slow line. */
const REQUEST_TIMEOUT_MS = 30_000
/** Less than a supervisor waits before it kills. */
const DRAIN_MS = 15_000

const app = next({ dev: false, hostname: 'localhost', port })
await app.prepare()
const handle = app.getRequestHandler()

// Nothing here speaks anything but HTTP: a request to switch is answered as if it had not asked.
const options = { requestTimeout: REQUEST_TIMEOUT_MS, shouldUpgradeCallback: () => false }
let draining = false

const server = http.createServer(options, (request, response) => {
  if (draining) response.setHeader('connection', 'close') // or a page that polls would keep us for ever
  const refusal = refuseRequest(request.method ?? '', request.url ?? '/', request.headers)
  if (refusal) {
    // Whatever is still to come of it is not read.
    response.writeHead(refusal.status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', connection: 'close' })
    response.end(problemHtml(refusal.title, refusal.text))
    return
  }
  presentErrors(request, response)
  handle(request, response).catch((error: unknown) => {
    log.error({ err: error }, 'a request could not be handled')
    response.destroy()
  })
})

// Without a host it listens on IPv6 and IPv4, whichever of them `localhost` means.
server.listen(port, () => log.info({ port }, 'web ready'))
server.once('error', (error) => {
  log.fatal({ port, err: error }, 'web cannot listen')
  process.exit(1)
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => drain(signal))

/** Finishes what has been asked and takes nothing new. */
function drain(signal: string): void {
  log.info({ signal }, 'web drains')
  draining = true
  setTimeout(() => {
    log.error('drain took too long')
    process.exit(1)
  }, DRAIN_MS).unref()
  server.close(() => process.exit(0))
  server.closeIdleConnections()
}
