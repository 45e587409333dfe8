import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { StandIn } from '#/scripts/stack/stand-in-web.ts'
import { startTestStack, type TestStack } from '#/scripts/stack/test-stack.ts'
import { systemClock } from '#/server/clock.ts'
import { connectDatabase, type Db } from '#/server/db/client.ts'
import { jobs } from '#/server/queues/jobs.ts'
import { log } from '#/server/telemetry/log.ts'
import { PermanentError, RetryLater } from './define-worker.ts'
import { prewarmPages } from './pages.ts'

/** What becomes of the job when the shop does not do as it should. The whole of it runs in drill/prewarm.test.ts. */
let stack: TestStack
let db: Db
let web: StandIn
let startsAtMs: number
const stopping = new AbortController()

beforeAll(async () => {
  stack = await startTestStack({ without: ['core', 'cache', 'gateway', 'mail'] })
  db = connectDatabase(stack.postgres.url, 2)
  startsAtMs = systemClock.now()
  const [startsAt, endsAt] = [new Date(startsAtMs), new Date(startsAtMs + 3_600_000)]
  await db.sale.create({ data: { slug: 'day', title: 'Day', text: '', position: 0, startsAt, endsAt } })
})
afterAll(async () => {
  await db.$disconnect()
  await stack.stop()
})
beforeEach(async () => {
  web = new StandIn()
  await web.start()
})
afterEach(() => web.kill())

function run({ atMs = startsAtMs, moment = 'begun' as 'before' | 'begun', signal = stopping.signal } = {}) {
  const origin = `http://127.0.0.1:${web.port}`
  const places = [{ origin, publicOrigin: origin, mustBeEdge: false, token: null }]
  const patience = { requestMs: 10_000, standstillMs: 100, settleMs: 0 }
  return prewarmPages({ db, clock: systemClock, patience }, places, signal)({ startsAtMs: atMs, moment })
}

test('a sale that is gone, or begins at another moment by now, is nothing to do, and nobody is asked', async () => {
  await expect(run({ atMs: startsAtMs + 1 })).resolves.toBeUndefined()
  expect(web.asked).toEqual([])
})

test('what was to be done before a sale is left when it has begun', async () => {
  await expect(run({ moment: 'before' })).resolves.toBeUndefined()
  expect(web.asked).toEqual([])
})

test('while nobody answers it is tried later', async () => {
  await web.kill()
  await expect(run()).rejects.toThrow(RetryLater)
})

test.each([
  [200, PermanentError],
  [404, PermanentError],
  [429, RetryLater],
  [500, RetryLater],
  [503, RetryLater],
])('a sitemap that answers %i, and is none, is tried later only where that may pass', async (status, outcome) => {
  web.answer = (_, response) => void response.writeHead(status).end()
  await expect(run()).rejects.toThrow(outcome)
})

test('a sitemap of which nothing whole comes is tried later', async () => {
  web.answer = ({ url }, response) => {
    if (url === '/sitemap.xml') response.destroy()
    else response.end('page')
  }
  await expect(run()).rejects.toThrow(RetryLater)
})

test('what is tried later is tried for most of ten minutes, and not after them', () => {
  const { attempts, backoff } = jobs['pages.prewarm'].options
  const mostMs = Array.from({ length: attempts - 1 }, (_, n) => backoff.delay * 2 ** n).reduce((sum, pauseMs) => sum + pauseMs)
  expect(mostMs * (1 - backoff.jitter)).toBeGreaterThanOrEqual(5 * 60_000)
  expect(mostMs).toBeLessThanOrEqual(11 * 60_000)
})

test('who is drained leaves it to another', async () => {
  const drained = new AbortController()
  web.answer = () => drained.abort()
  await expect(run({ signal: drained.signal })).rejects.toThrow(RetryLater)
})

test('pages that are not warm are told in the log, with what is missing, and the job is done', async () => {
  const warn = vi.spyOn(log, 'warn')
  onTestFinished(() => warn.mockRestore())
  web.answer = ({ url }, response) => {
    if (url === '/sitemap.xml') response.end('<urlset></urlset>')
    else response.writeHead(url === '/' ? 200 : 404, { 'content-type': 'text/html', 'cache-status': 'saleday; fwd=miss' }).end('page')
  }
  await expect(run()).resolves.toBeUndefined()
  expect(warn).toHaveBeenCalledWith(
    expect.objectContaining({
      sales: ['day'],
      moment: 'begun',
      problems: expect.arrayContaining([expect.stringContaining('the sitemap names no page')]),
      missing: [
        expect.objectContaining({
          layer: 'memory',
          such: expect.arrayContaining([expect.objectContaining({ path: '/sale/day', said: 'it answers 404' })]),
        }),
      ],
    }),
    'pages are not warm for a sale',
  )
})

test("a sale's own page that is not there is told, though nearly all of the shop is warm", async () => {
  const warn = vi.spyOn(log, 'warn')
  onTestFinished(() => warn.mockRestore())
  const paths = ['/', ...Array.from({ length: 60 }, (_, n) => `/p/${n}`)]
  web.answer = ({ url = '', headers }, response) => {
    const path = url.split('?')[0] ?? ''
    if (url === '/sitemap.xml')
      response.end(`<urlset>${paths.map((one) => `<loc>http://127.0.0.1:${web.port}${one}</loc>`).join('')}</urlset>`)
    else if (url.startsWith('/_next/')) response.writeHead(200, { 'cache-control': 'public, max-age=31536000, immutable' }).end('script')
    else if (!paths.includes(path)) response.writeHead(404).end('nothing')
    else if (headers.rsc) response.writeHead(200, { 'content-type': 'text/x-component', 'x-nextjs-cache': 'HIT' }).end('tree')
    else
      response
        .writeHead(200, { 'content-type': 'text/html', 'cache-status': 'saleday; hit; detail=memory' })
        .end('<script src="/_next/static/chunks/page.js"></script>')
  }
  await run()
  expect(warn).toHaveBeenCalledWith(
    expect.objectContaining({ problems: [expect.stringContaining('/sale/day (it answers 404)')], missing: [] }),
    'pages are not warm for a sale',
  )
})
