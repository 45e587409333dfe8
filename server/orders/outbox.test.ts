import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { eventually } from '#/drill/engine/eventually.ts'
import { holdTransaction } from '#/drill/engine/held-transaction.ts'
import { SHARD } from '#/drill/engine/shelf.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { type OutboxMessage, TOPIC_LANES } from './order-book.ts'
import { NotDelivered } from './outbox.ts'
import { postgresOrderBook } from './postgres-order-book.ts'
import { takeInBatch } from './run-intake.ts'

let engine: TestEngine

beforeAll(async () => {
  engine = await startTestEngine()
})
beforeEach(async () => {
  await engine.rest()
  await engine.db.outboxMessage.deleteMany()
})
afterAll(() => engine.stop())

async function write(count: number): Promise<string[]> {
  const subjects = Array.from({ length: count }, (_, n) => `CODE${n}`)
  await engine.db.outboxMessage.createMany({ data: subjects.map((subject) => ({ topic: 'code.changed', subject })) })
  return subjects
}

function receiver() {
  const handed: string[] = []
  const take = async (messages: OutboxMessage[]) => {
    handed.push(...subjectsOf(messages))
    return []
  }
  return { handed, take }
}

const left = () => engine.db.outboxMessage.count()
const subjectsOf = (messages: readonly OutboxMessage[]) => messages.map((message) => message.subject)

test('messages are handed over oldest first, of the topics asked for, and deleted once that succeeded', async () => {
  const subjects = await write(7)
  await engine.db.outboxMessage.create({ data: { topic: 'stock.moved', subject: 'OTHER' } })
  const handed: string[] = []
  const take = async (messages: OutboxMessage[]) => {
    handed.push(...subjectsOf(messages))
    expect(await left()).toBe(8 - handed.length + messages.length) // still there while they are handed over
    return []
  }
  expect(await engine.book.relay(TOPIC_LANES.offers, 5, take)).toBe(5)
  expect(await engine.book.relay(TOPIC_LANES.offers, 5, take)).toBe(2)
  expect(await engine.book.relay(TOPIC_LANES.offers, 5, take)).toBe(0)
  expect(handed).toEqual(subjects)
  expect(await left()).toBe(1)
})

test('a hand-over that fails leaves every message for the next try', async () => {
  const subjects = await write(5)
  const failing = engine.book.relay(TOPIC_LANES.offers, 10, async () => {
    throw new Error('the receiver is away')
  })
  await expect(failing).rejects.toThrow('the receiver is away')
  const { handed, take } = receiver()
  await engine.book.relay(TOPIC_LANES.offers, 10, take)
  expect(handed).toEqual(subjects)
})

test('messages that nobody takes hold up none behind them, however many they are, and stay', async () => {
  const stuck = new Set(await write(25))
  await engine.db.outboxMessage.create({ data: { topic: 'code.changed', subject: 'behind' } })
  const handed: string[] = []
  const take = async (messages: OutboxMessage[]) => {
    handed.push(...subjectsOf(messages).filter((subject) => !stuck.has(subject)))
    return messages.filter((message) => stuck.has(message.subject))
  }
  for (let n = 0; n < 2; n += 1) await expect(engine.book.relay(TOPIC_LANES.offers, 10, take)).rejects.toThrow(NotDelivered)
  expect(await engine.book.relay(TOPIC_LANES.offers, 10, take)).toBe(1)
  expect(handed).toEqual(['behind'])
  expect(new Set(subjectsOf((await engine.db.outboxMessage.findMany()) as OutboxMessage[]))).toEqual(stuck)
})

test('a relay that dies between the hand-over and its commit delivers again, and loses nothing', async () => {
  const subjects = await write(5)
  const dying = engine.book.relay(TOPIC_LANES.offers, 10, async () => {
    await engine.db.$executeRaw`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction' AND pid <> pg_backend_pid()`
    return []
  })
  await expect(dying).rejects.toThrow()
  const { handed, take } = receiver()
  await engine.book.relay(TOPIC_LANES.offers, 10, take)
  expect(handed).toEqual(subjects)
})

test('two relays share the messages without waiting for each other, and hand over none twice', async () => {
  const subjects = await write(40)
  const books = [1, 2].map(() => postgresOrderBook(engine.connectDb(engine.stack.postgres.url, 2)))
  const handed: string[] = []
  let inside = 0
  const relayed = await Promise.all(
    books.map((book) =>
      book.relay(TOPIC_LANES.offers, 20, async (messages) => {
        handed.push(...subjectsOf(messages))
        inside += 1
        await eventually('the other relay is at work too', async () => inside === 2, 5000)
        return []
      }),
    ),
  )
  expect(relayed).toEqual([20, 20])
  expect(handed.sort()).toEqual(subjects.sort())
  expect(await left()).toBe(0)
})

test('messages that commit late are found: nothing is skipped by number', async () => {
  const late = await holdTransaction(engine.db, (tx) => tx.outboxMessage.create({ data: { topic: 'code.changed', subject: 'late' } }))
  await write(3)
  expect(await engine.book.relay(TOPIC_LANES.offers, 10, async () => [])).toBe(3)
  await late.commit()
  const { handed, take } = receiver()
  await engine.book.relay(TOPIC_LANES.offers, 10, take)
  expect(handed).toEqual(['late'])
})

test('an order whose job was lost is looked at when it is due, by one of many, and ever more rarely', async () => {
  const unit = await engine.sell({ stock: 10 })
  const placings = await Promise.all([1, 2, 3].map(() => engine.placing([[unit, 1]])))
  for (const placing of placings) await engine.counters.place(placing)
  await takeInBatch(engine, SHARD, 1)
  await engine.db.outboxMessage.deleteMany() // the jobs are lost
  const now = engine.clock.now()
  expect(await engine.book.wakeDueOrders(now, 10)).toBe(0)

  let at = now + 16_000
  const woken = await Promise.all(Array.from({ length: 6 }, () => engine.book.wakeDueOrders(at, 10)))
  expect(woken.reduce((sum, count) => sum + count, 0)).toBe(3)
  const messages = await engine.db.outboxMessage.findMany({ where: { topic: 'order.advance' } })
  expect(messages.map(({ subject }) => subject).sort()).toEqual(placings.map(({ checkoutId }) => `${checkoutId}/1`).sort())

  const pauses: number[] = []
  for (let look = 0; look < 9; look += 1) {
    const { nextCheckAt } = await engine.db.order.findUniqueOrThrow({ where: { id: placings[0]?.checkoutId ?? '' } })
    const due = nextCheckAt?.getTime() ?? 0
    pauses.push((due - at) / 1000)
    expect(await engine.book.wakeDueOrders(due - 1, 10)).toBe(0)
    at = due
    expect(await engine.book.wakeDueOrders(at, 10)).toBe(3)
  }
  expect(pauses).toEqual([15, 30, 60, 120, 240, 480, 960, 960, 960])
})
