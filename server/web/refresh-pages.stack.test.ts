import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { eventually } from '#/drill/engine/eventually.ts'
import { startTestStack, type TestStack } from '#/scripts/stack/test-stack.ts'
import { TagClock } from '../cache/tag-clock.ts'
import { PatientRedis } from '../redis/patient-redis.ts'
import { freshnessOf } from './judge-kept.ts'
import { keptPages } from './kept-pages.ts'
import { PageRefresher } from './refresh-pages.ts'
import { SharedPages } from './shared-pages.ts'
import { ofOneNumber, setTagClock, tagClock } from './tag-clock.ts'

const EPOCH = 'e1'
let stack: TestStack
let patient: PatientRedis
let shared: SharedPages
let refresher: PageRefresher

/** Paths in the order in which they were asked for, and what a rendering waits for. */
let asked: string[] = []
let gate: Promise<void> = Promise.resolve()
/** Whether what stands for Next renders at all. */
let renders = true
let nowMs = 0

/** Stands for Next: renders what is due, of the number that is known when it begins. */
const next = http.createServer((request, response) => {
  const path = request.url ?? ''
  asked.push(path)
  void ofOneNumber(
    async () => {
      const asOf = tagClock().now
      const isDue = renders && refresher.isDue(path)
      await gate
      response.end()
      if (!isDue) return
      await keep(path, asOf.sequence)
      await shared.unlock(path)
      refresher.done(path)
    },
    { toRender: true },
  )
})

beforeAll(async () => {
  stack = await startTestStack({ without: ['postgres', 'core', 'gateway', 'mail'] })
  patient = new PatientRedis(stack.cache.url, 'test-pages')
  await eventually('it answers', async () => (await patient.ask((one) => one.ping())).ok)
  await new Promise<void>((resolve) => next.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  next.close()
  next.closeAllConnections()
  patient.close()
  await stack.stop()
})
beforeEach(async () => {
  await patient.ask((redis) => redis.flushall())
  setTagClock(new TagClock())
  tell()
  shared = new SharedPages(patient, { release: 'r1', publicUrl: 'http://localhost' })
  refresher = new PageRefresher((next.address() as AddressInfo).port, shared, { nowMs: () => nowMs })
  asked = []
  renders = true
  nowMs = 1e9
  gate = Promise.resolve()
})

/** The clock knows of one number more, by which these tags were told, and its lease does not end. */
function tell(...tags: string[]): void {
  const { sequence } = tagClock().now
  const changed = new Map(tags.map((tag) => [tag, sequence + 1]))
  tagClock().apply({ epoch: EPOCH, since: sequence, head: sequence + 1, changed }, Number.POSITIVE_INFINITY)
}

/** A page that carries its own path as a tag. */
function keep(path: string, sequence = tagClock().now.sequence): Promise<unknown> {
  return keptPages().keep(path, {
    ...{ kind: 'page', from: 'render', html: '<p>', headers: {}, status: 200, tags: [path] },
    ...{ asOf: { epoch: EPOCH, sequence }, renderedAtMs: Date.now(), revalidateSeconds: 3600, expireSeconds: 36_000 },
  })
}

const isFresh = (path: string) => {
  const page = keptPages().peek(path)
  return page !== null && freshnessOf(page, Date.now()) === 'fresh'
}
const untilAtRest = () => eventually('nothing waits', async () => refresher.waiting === 0)

function hold(): () => void {
  const { promise, resolve } = Promise.withResolvers<void>()
  gate = promise
  return resolve
}

test('what somebody was sent old is rendered before what may be wanted, and that before what is only made ready, each once', async () => {
  const letGo = hold()
  for (const path of ['/first', '/ready', '/wanted', '/sent']) await keep(path)
  tell('/first', '/ready', '/wanted', '/sent')
  for (const path of ['/first', '/ready', '/sent']) refresher.ask(path, 'only-read')
  refresher.asked('/wanted', false)
  refresher.renew()
  refresher.asked('/sent', true)
  letGo()
  await untilAtRest()
  expect(asked).toEqual(['/first', '/sent', '/wanted', '/ready'])
})

test('what was asked for lately and has become old is rendered though nobody asks, the last at first; nothing else is', async () => {
  const paths = ['/earlier', '/other', '/later']
  for (const path of [...paths, '/nobody']) await keep(path)
  for (const path of paths) refresher.asked(path, false)
  tell('/earlier', '/later', '/nobody')
  refresher.renew()
  await untilAtRest()
  expect(asked).toEqual(['/later', '/earlier'])
  expect([...paths, '/nobody'].map(isFresh)).toEqual([true, true, true, false])
})

test('what is told of a page while it is rendered has it rendered once more, whoever asks meanwhile', async () => {
  await keep('/a')
  refresher.asked('/a', false)
  tell('/a')
  const letGo = hold()
  refresher.renew()
  await eventually('it is being rendered', async () => asked.length === 1)
  tell('/a')
  refresher.renew()
  refresher.asked('/a', true)
  letGo()
  await untilAtRest()
  expect([asked, isFresh('/a')]).toEqual([['/a', '/a'], true])
})

test('a page that nobody renders is let go of, so that another process may', async () => {
  await keep('/b')
  tell('/b')
  renders = false
  refresher.ask('/b')
  await untilAtRest()
  expect([isFresh('/b'), await shared.isLocked('/b')]).toEqual([false, false])
})

test('a page that stays old is tried again after two seconds, and after half a minute while Postgres does not answer', async () => {
  await keep('/failing')
  tell('/failing')
  renders = false
  const tried = async (passedMs: number) => {
    nowMs += passedMs
    asked = []
    refresher.asked('/failing', true)
    await untilAtRest()
    return asked.length > 0
  }
  const lose = () =>
    tagClock().apply({ epoch: EPOCH, since: 0, head: tagClock().now.sequence, changed: new Map() }, Number.NEGATIVE_INFINITY)
  expect([await tried(0), await tried(1000), await tried(1000)]).toEqual([true, false, true])
  lose()
  expect([await tried(29_000), await tried(1000), await tried(2000)]).toEqual([false, true, false])
  tell()
  expect(await tried(0)).toBe(true)
})
