import { afterAll, beforeAll, expect, test } from 'vitest'
import { orderHands } from '#/drill/engine/order-hands.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { connectDatabase } from './client.ts'
import { sqlStateOf } from './sql-state.ts'

let engine: TestEngine
let hands: ReturnType<typeof orderHands>

beforeAll(async () => {
  engine = await startTestEngine()
  hands = orderHands(engine)
})
afterAll(() => engine.stop())

test('a row whose data fail its batch fails alone', async () => {
  const [taken = '', ...others] = await hands.manyAllocated(8)
  expect(await engine.book.bindIntent(taken, 'pi_taken')).toBe('pi_taken')
  const bound = await Promise.allSettled(others.map((orderId, n) => engine.book.bindIntent(orderId, n === 3 ? 'pi_taken' : `pi_${n}`)))
  expect(bound.map((one) => one.status)).toEqual(others.map((_, n) => (n === 3 ? 'rejected' : 'fulfilled')))
  const [failed] = bound.filter((one) => one.status === 'rejected')
  expect(sqlStateOf(failed?.reason)).toBe('23505')
})

test('of several in one batch that want the same step of an order, one takes it', async () => {
  const [first = '', second = '', wanted = ''] = await hands.manyAllocated(3)
  const change = { reason: 'BY_SHOPPER', nowMs: engine.clock.now() } as const
  // Two leave at once, so that the others gather.
  const asked = [first, second, ...Array.from({ length: 6 }, () => wanted)].map((orderId) => engine.book.requestCancel(orderId, change))
  const answers = await Promise.all(asked)
  expect(answers.map((order) => order?.orderId)).toEqual([first, second, wanted, ...Array(5).fill(undefined)])
})

test('a row that somebody has locked holds up its batch for as long as a lock may take, and fails alone', async () => {
  const [locked = '', ...others] = await hands.manyAllocated(6)
  const other = connectDatabase(engine.stack.postgres.url, 1)
  let unlock = () => {}
  const held = new Promise<void>((resolve) => {
    unlock = resolve
  })
  let isLocked = () => {}
  const ready = new Promise<void>((resolve) => {
    isLocked = resolve
  })
  const holding = other.$transaction(
    async (tx) => {
      // It keeps its lock for as long as the others need, however slow they are.
      await tx.$executeRaw`SET LOCAL idle_in_transaction_session_timeout = 0`
      await tx.$queryRaw`SELECT id FROM orders WHERE id = ${locked}::uuid FOR UPDATE`
      isLocked()
      await held
    },
    { timeout: 60_000 },
  )
  await ready
  // The first two leave at once, the others gather: the locked one is among them.
  const asked = [...others.slice(0, 3), locked, ...others.slice(3)]
  const confirmed = await Promise.allSettled(asked.map((orderId) => engine.book.confirm(orderId, engine.clock.now())))
  unlock()
  await holding
  await other.$disconnect()
  expect(confirmed.map((one) => one.status)).toEqual(asked.map((orderId) => (orderId === locked ? 'rejected' : 'fulfilled')))
  expect(await engine.book.confirm(locked, engine.clock.now())).toBe('confirmed')
})

/** Ever seen by Postgres. A batch that is in a deadlock gets over it by itself, so its callers do not notice. */
async function deadlocks(): Promise<number> {
  const [row] = await engine.db.$queryRaw<{ deadlocks: number }[]>`
    SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()`
  return row?.deadlocks ?? -1
}

test('batches over the same orders in any order do not deadlock', async () => {
  const orderIds = await hands.manyAllocated(90)
  const books = [engine.book, ...Array.from({ length: 3 }, () => engine.anotherBook())]
  const nowMs = engine.clock.now()
  for (let round = 0; round < 5; round += 1) {
    const asked = books.flatMap((book, n) => {
      const inSomeOrder = n % 2 ? orderIds : orderIds.toReversed()
      return [
        ...inSomeOrder.map((orderId) => book.setTrouble(orderId, { trouble: `seen by ${n} in round ${round}`, nowMs })),
        ...inSomeOrder.map((orderId) => book.recordMail(orderId, 'receipt', nowMs)),
      ]
    })
    await Promise.all(asked)
  }
  const confirmed = await Promise.all(books.flatMap((book) => orderIds.map((orderId) => book.confirm(orderId, nowMs))))
  expect(confirmed.filter((answer) => answer === 'confirmed')).toHaveLength(orderIds.length)
  expect(confirmed.filter((answer) => answer === 'already')).toHaveLength(orderIds.length * (books.length - 1))
  expect(await deadlocks()).toBe(0)
})
