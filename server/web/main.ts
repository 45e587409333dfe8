import http from 'node:http'
import { parseArgs } from 'node:util'
import next from 'next'
import { log } from '../telemetry/log.ts'
import { answerFinished } from './answer-finished.ts'
import { paymentSources, securityHeaders } from './policy.ts'
import { presentPages } from './present-pages.ts'
import { PROBLEM_POLICY, problemHtml } from './problem-page.ts'
import { PageRefresher, REFRESH_HEADER, REFRESH_WORD } from './refresh-pages.ts'
import { refuseRequest } from './refuse-request.ts'

/**
 * A web process: Next behind a server of ours, which answers finished pages itself, refuses what Next would stumble over, says what a browser
 * may do with each answer, and puts a page that people can read in the place of one that they cannot.
 */
const { values } = parseArgs({ options: { port: { type: 'string', default: '3000' } } })
const port = Number(values.port)

/** A request that is not whole by then is nobody's slow line. */
const REQUEST_TIMEOUT_MS = 30_000
/** Less than a supervisor waits before it kills. */
const DRAIN_MS = 15_000

/** Pages about one shopper, where something is paid. */
const SHOPPERS_OWN = /^\/(cart|checkout|orders)(\/|\?|$)/

const app = next({ dev: false, hostname: 'localhost', port })
await app.prepare()
const handle = app.getRequestHandler()

// Nothing here speaks anything but HTTP: a request to switch is answered as if it had not asked.
const options = { requestTimeout: REQUEST_TIMEOUT_MS, shouldUpgradeCallback: () => false }
const headers = securityHeaders()
const payments = paymentSources()
const refresher = new PageRefresher(port)
let draining = false

const server = http.createServer(options, (request, response) => {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (draining) response.setHeader('connection', 'close') // or a page that polls would keep us for ever
  const refusal = refuseRequest(request.method ?? '', request.url ?? '/', request.headers)
  if (refusal) {
    // Whatever is still to come of it is not read.
    response.writeHead(refusal.status, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': PROBLEM_POLICY,
      connection: 'close',
    })
    response.end(problemHtml(refusal.title, refusal.text))
    return
  }
  const isOurs = request.headers[REFRESH_HEADER] === REFRESH_WORD
  if (!isOurs && answerFinished(request, response, (page) => refresher.ask(page))) return
  // What one visitor says of himself must not decide what is rendered for all: Next would write a nonce of his into pages that it keeps, and
  // render pages anew for some browsers' names.
  for (const name of ['content-security-policy', 'content-security-policy-report-only', 'user-agent']) delete request.headers[name]
  presentPages(request, response, SHOPPERS_OWN.test(request.url ?? '') ? payments : {})
  handle(request, response).catch((error: unknown) => {
    log.error({ err: error }, 'a request could not be handled')
    response.destroy()
  })
})

// Without a host it listens on IPv6 and IPv4, whichever of them `localhost` means.
server.listen(port, () => {
  log.info({ port }, 'web ready')
  refresher.warm().catch((error: unknown) => log.error({ err: error }, 'pages could not be warmed'))
})
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
