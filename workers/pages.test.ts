import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { StandIn } from '#/scripts/stack/stand-in-web.ts'
import { log } from '#/server/telemetry/log.ts'
import { PermanentError, RetryLater } from './define-worker.ts'
import { prewarmPages } from './pages.ts'

/** What becomes of the job when the shop does not do as it should. The whole of it runs in drill/prewarm.test.ts. */
let engine: TestEngine
let web: StandIn
const stopping = new AbortController()

beforeAll(async () => {
  engine = await startTestEngine()
  const [startsAt, endsAt] = [new Date(engine.clock.now()), new Date(engine.clock.now() + 3_600_000)]
  await engine.db.sale.create({ data: { slug: 'day', title: 'Day', text: '', position: 0, startsAt, endsAt } })
})
afterAll(() => engine.stop())
beforeEach(async () => {
  web = new StandIn()
  await web.start()
})
afterEach(() => web.kill())

function run(sale = 'day', signal = stopping.signal) {
  const origin = `http://127.0.0.1:${web.port}`
  const places = [{ origin, publicOrigin: origin, mustBeEdge: false, token: null }]
  return prewarmPages(engine, places, signal)({ sale, moment: 'begun' })
}

test('a sale that is gone is nothing to do, and nobody is asked', async () => {
  await expect(run('gone')).resolves.toBeUndefined()
  expect(web.asked).toEqual([])
})

test('while nobody answers it is tried later', async () => {
  await web.kill()
  await expect(run()).rejects.toThrow(RetryLater)
})

test('a shop that has no sitemap is not asked again', async () => {
  web.answer = (_, response) => void response.writeHead(404).end()
  await expect(run()).rejects.toThrow(PermanentError)
})

test('who is drained leaves it to another', async () => {
  const drained = new AbortController()
  web.answer = () => drained.abort()
  await expect(run('day', drained.signal)).rejects.toThrow(RetryLater)
})

test('pages that are not warm are told in the log, with what is missing, and the job is done', async () => {
  const warn = vi.spyOn(log, 'warn')
  web.answer = ({ url }, response) => {
    if (url === '/sitemap.xml') response.end('<urlset></urlset>')
    else response.writeHead(url === '/' ? 200 : 404, { 'content-type': 'text/html', 'cache-status': 'saleday; fwd=miss' }).end('page')
  }
  await expect(run()).resolves.toBeUndefined()
  expect(warn).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({
      sale: 'day',
      moment: 'begun',
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
