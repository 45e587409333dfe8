import { readFileSync } from 'node:fs'
import http from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import next from 'next'
import { followTags } from '../cache/follow-tags.ts'
import { TagClock } from '../cache/tag-clock.ts'
import { connectDatabase } from '../db/client.ts'
import { env } from '../env.ts'
import { PatientRedis } from '../redis/patient-redis.ts'
import { runLoop } from '../run-loop.ts'
import { log } from '../telemetry/log.ts'
import { answerAsset } from './answer-asset.ts'
import { answerFinished, type Finishing } from './answer-finished.ts'
import { answerPart } from './answer-part.ts'
import { answerUnknown } from './answer-unknown.ts'
import { builtSheets } from './built-sheets.ts'
import { connectDataCache } from './data-cache.ts'
import { ensureAnswer } from './ensure-answer.ts'
import { inBuild } from './in-build.ts'
import { tellLastEpoch } from './last-epoch.ts'
import { oneAddress } from './one-address.ts'
import { paymentSources, securityHeaders } from './policy.ts'
import { presentPages } from './present-pages.ts'
import { PROBLEM_HEADERS, problemHtml } from './problem-page.ts'
import { setProcessPages } from './process-pages.ts'
import { PageRefresher, REFRESH_HEADER, REFRESH_WORD } from './refresh-pages.ts'
import { refuseRequest } from './refuse-request.ts'
import { SharedPages } from './shared-pages.ts'
import { ofOneNumber, setTagClock } from './tag-clock.ts'
import { putAgain, takeRecent } from './warm-pages.ts'

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

/**
 * What one visitor could say to change how Next renders a page that is kept for everybody. To crawlers of some names it gives a page of their own
 * each time, and keeps none; a nonce that a policy names goes into each script.
 */
const NOT_FOR_NEXT = ['user-agent', 'content-security-policy', 'content-security-policy-report-only']

/** How long a start waits to know what was told. While Postgres is away it goes on without: no edge keeps what it sends until it knows. */
const KNOWN_MS = 2000

/** As long as the whole feed may take at the start: 100,000 tags were read in 0.6 s. A look after that takes half a millisecond. */
const FEED_TIMEOUT_MS = 3000

/** How often it is said, or asked, which life of the feed goes on. */
const EPOCH_MS = 5000

const clock = new TagClock()
setTagClock(clock)
// A connection of its own: a page that waits for one must not end the lease of all.
const feed = followTags(connectDatabase(env().DATABASE_URL, 1, FEED_TIMEOUT_MS), clock)

const { PUBLIC_URL: publicUrl, CACHE_REDIS_URL: cacheUrl } = env()
// Before it is needed: nobody waits for a connection.
const redis = new PatientRedis(cacheUrl, 'web-pages')
connectDataCache()

const app = next({ dev: false, hostname: 'localhost', port })
await Promise.all([app.prepare(), Promise.race([feed.known, pause(KNOWN_MS)])])
const handle = app.getRequestHandler()

// Nothing here speaks anything but HTTP: a request to switch is answered as if it had not asked.
const options = { requestTimeout: REQUEST_TIMEOUT_MS, shouldUpgradeCallback: () => false }
/** Where something breaks while a page is open, words come into it that have a sheet of their own. */
const shoppersOwn = { ...paymentSources(), styles: builtSheets(inBuild()) }
const release = readFileSync(inBuild('BUILD_ID'), 'utf8')
const shared = new SharedPages(redis, { release, publicUrl })
const refresher = new PageRefresher(port, shared)
setProcessPages({ refresher, shared })
feed.onHeard(() => refresher.renew())
const finishing: Finishing = { headers: securityHeaders(), asked: (page, isStale) => refresher.asked(page, isStale) }
let draining = false

async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  if (draining) response.setHeader('connection', 'close') // or a page that polls would keep us for ever
  const url = oneAddress(request.url ?? '/')
  request.url = url
  const refusal = refuseRequest(request.method ?? '', url, request.headers)
  if (!refusal && !isOurs(request)) {
    if (answerFinished(request, response, finishing)) return
    if (request.headers.rsc !== undefined && (await answerPart(request, response, finishing))) return
    if (await answerUnknown(request, response, finishing.headers)) return
  }
  for (const [name, value] of Object.entries(finishing.headers)) response.setHeader(name, value)
  if (refusal) {
    // Whatever is still to come of it is not read.
    response.writeHead(refusal.status, { ...PROBLEM_HEADERS, connection: 'close' })
    response.end(problemHtml(refusal.title, refusal.text))
    return
  }
  // Photographs may be shown elsewhere, in mail and in what a search finds.
  if (url.startsWith('/media/')) response.setHeader('cross-origin-resource-policy', 'cross-origin')
  if (!(await answerAsset(request, response))) await leaveToNext(request, response)
}

const server = http.createServer(options, ensureAnswer(answer, finishing.headers))

function isOurs({ headers }: http.IncomingMessage): boolean {
  return headers[REFRESH_HEADER] === REFRESH_WORD
}

function leaveToNext(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  for (const name of NOT_FOR_NEXT) delete request.headers[name]
  // Nobody reads what this process answers itself.
  if (!isOurs(request)) presentPages(request, response, { finishing, elsewhere: SHOPPERS_OWN.test(request.url ?? '') ? shoppersOwn : {} })
  return ofOneNumber(() => handle(request, response), { toRender: isOurs(request) })
}

if (!clock.isKnown) await tellLastEpoch(redis, clock, publicUrl)

// Without a host it listens on IPv6 and IPv4, whichever of them `localhost` means.
server.listen(port, () => {
  log.info({ port }, 'web ready')
  inBackground(refresher.warm())
  let taken: string | null = null
  runLoop('last epoch', EPOCH_MS, async () => {
    await tellLastEpoch(redis, clock, publicUrl)
    const epoch = clock.epochToRead
    if (epoch !== taken) await takeRecent(shared)
    taken = epoch
    return 'idle'
  })
  shared.onReady(() => inBackground(putAgain(shared)))
})
server.once('error', (error) => {
  log.fatal({ port, err: error }, 'web cannot listen')
  process.exit(1)
})

function inBackground(work: Promise<void>): void {
  work.catch((error: unknown) => log.error({ err: error }, 'pages could not be made ready'))
}

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
