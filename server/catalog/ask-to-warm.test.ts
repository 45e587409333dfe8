import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestStack, type TestStack } from '#/scripts/stack/test-stack.ts'
import { connectDatabase, type Db } from '../db/client.ts'
import { toJob } from '../orders/deliver.ts'
import { TOPIC_LANES } from '../orders/order-book.ts'
import { postgresOrderBook } from '../orders/postgres-order-book.ts'
import type { NewJob } from '../queues/enqueue.ts'
import { jobs as jobsThereAre } from '../queues/jobs.ts'
import { askToWarm } from './ask-to-warm.ts'

const MINUTE_MS = 60_000
const START_MS = 600 * MINUTE_MS
let stack: TestStack
let db: Db

beforeAll(async () => {
  stack = await startTestStack({ without: ['core', 'cache', 'gateway', 'mail'] })
  // As many as ask at once.
  db = connectDatabase(stack.postgres.url, 10)
})
afterAll(async () => {
  await db.$disconnect()
  await stack.stop()
})
beforeEach(async () => {
  await db.sale.deleteMany()
  await db.outboxMessage.deleteMany()
})

async function planSale(slug: string, startsAtMs: number, minutes = 60): Promise<void> {
  const [startsAt, endsAt] = [new Date(startsAtMs), new Date(startsAtMs + minutes * MINUTE_MS)]
  await db.sale.upsert({
    where: { slug },
    create: { slug, title: slug, text: '', position: 0, startsAt, endsAt },
    update: { startsAt, endsAt },
  })
}

/** What waits to be done, and is taken away. */
async function asked(): Promise<string[]> {
  const messages = await db.outboxMessage.findMany({ where: { topic: 'pages.prewarm' }, orderBy: { id: 'asc' } })
  await db.outboxMessage.deleteMany()
  return messages.map(({ subject }) => subject)
}

const before = (startsAtMs: number) => `before/${startsAtMs}`
const begun = (startsAtMs: number) => `begun/${startsAtMs}`

test('a sale is asked for once ten minutes before it begins and once when it has begun, and never else', async () => {
  await planSale('day', START_MS)
  const askedAt: [number, string[]][] = []
  for (let minute = -60; minute <= 90; minute += 1) {
    await askToWarm(db, START_MS + minute * MINUTE_MS)
    const found = await asked()
    if (found.length > 0) askedAt.push([minute, found])
  }
  expect(askedAt).toEqual([
    [-10, [before(START_MS)]],
    [0, [begun(START_MS)]],
  ])
})

test('of twenty who ask at one moment one does it, once for all sales that begin together', async () => {
  for (const slug of ['one', 'other', 'Third, in words']) await planSale(slug, START_MS)
  await planSale('a-second-later', START_MS + 1000)
  for (const atMs of [START_MS - MINUTE_MS, START_MS + MINUTE_MS]) {
    const counts = await Promise.all(Array.from({ length: 20 }, () => askToWarm(db, atMs)))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(2)
    expect((await asked()).length).toBe(2)
  }
})

test('one that is put off is asked for again, for its new begin', async () => {
  await planSale('day', START_MS)
  await askToWarm(db, START_MS - MINUTE_MS)
  await planSale('day', START_MS + 60 * MINUTE_MS)
  await asked()
  await askToWarm(db, START_MS + MINUTE_MS)
  expect(await asked()).toEqual([])
  await askToWarm(db, START_MS + 55 * MINUTE_MS)
  expect(await asked()).toEqual([before(START_MS + 60 * MINUTE_MS)])
})

test('one that began while nobody ran is asked for as long as that is of use, and one that is over is not', async () => {
  await planSale('late', START_MS - 9 * MINUTE_MS)
  await planSale('long-on', START_MS - 11 * MINUTE_MS)
  await planSale('over', START_MS - 5 * MINUTE_MS, 1)
  await askToWarm(db, START_MS)
  expect(await asked()).toEqual([begun(START_MS - 9 * MINUTE_MS)])
})

test('one that is moved while it is made ready is another job', async () => {
  const jobs: NewJob[] = []
  const relay = () =>
    postgresOrderBook(db).relay(TOPIC_LANES.queues, 10, async (messages) => {
      jobs.push(...messages.map(toJob))
      return []
    })
  for (const startsAtMs of [START_MS, START_MS + 2 * MINUTE_MS]) {
    await planSale('day', startsAtMs)
    await askToWarm(db, startsAtMs)
    await relay()
  }
  const { id } = jobsThereAre['pages.prewarm']
  const ids = jobs.map(({ name, payload }) => (name === 'pages.prewarm' ? id(payload) : name))
  expect(ids).toEqual([`prewarm.begun.${START_MS}`, `prewarm.begun.${START_MS + 2 * MINUTE_MS}`])
})
