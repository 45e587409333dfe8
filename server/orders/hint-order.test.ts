import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'

let engine: TestEngine

beforeAll(async () => {
  engine = await startTestEngine()
})
beforeEach(() => engine.rest())
afterAll(() => engine.stop())

/** An order that was placed, and taken as far as it goes with this card. */
async function ordered(paymentMethod: string): Promise<string> {
  const placing = await engine.placing([[await engine.sell({ stock: 1 }), 1]], { paymentMethod })
  expect(await engine.counters.place(placing)).toMatchObject({ code: 'PLACED' })
  await engine.rest()
  return placing.checkoutId
}

const rowOf = (id: string) => engine.db.order.findUniqueOrThrow({ where: { id } })
const messages = () => engine.db.outboxMessage.findMany({ select: { topic: true, subject: true } })

test('a hint has an open order looked at now, and within five seconds should that be missed', async () => {
  const id = await ordered('pm_card_chargeDeclined')
  const { version, nextCheckAt } = await rowOf(id)
  const now = engine.clock.now()
  expect(nextCheckAt?.getTime()).toBeGreaterThan(now + 5000)
  expect(await engine.book.hintOrder(id, now)).toBe(true)
  expect(await messages()).toEqual([{ topic: 'order.advance', subject: `${id}/${version}` }])
  expect(await rowOf(id)).toMatchObject({ version, nextCheckAt: new Date(now + 5000) })
})

test('a hint never puts a look off', async () => {
  const id = await ordered('pm_card_chargeDeclined')
  const soon = new Date(engine.clock.now() + 1000)
  await engine.db.order.update({ where: { id }, data: { nextCheckAt: soon } })
  expect(await engine.book.hintOrder(id, engine.clock.now())).toBe(true)
  expect(await rowOf(id)).toMatchObject({ nextCheckAt: soon })
})

test('a hint of an order that is final, or of none, does nothing', async () => {
  const id = await ordered('pm_card_visa')
  expect(await rowOf(id)).toMatchObject({ state: 'CONFIRMED' })
  expect(await engine.book.hintOrder(id, engine.clock.now())).toBe(false)
  expect(await engine.book.hintOrder(randomUUID(), engine.clock.now())).toBe(false)
  expect(await messages()).toEqual([])
  expect(await rowOf(id)).toMatchObject({ nextCheckAt: null })
})

test('a hundred hints at once, and what follows from them, charge an order once', async () => {
  const placing = await engine.placing([[await engine.sell({ stock: 1 }), 1]])
  await engine.counters.place(placing)
  await engine.desk.goWrong(
    { match: { operation: 'payment_intents.confirm' }, drop: 'after' },
    { match: { operation: 'payment_intents.retrieve' }, status: 503 },
  )
  await engine.rest()
  await engine.desk.workAgain()
  const id = placing.checkoutId
  const told = await Promise.all(Array.from({ length: 100 }, () => engine.book.hintOrder(id, engine.clock.now())))
  expect(told).toEqual(Array(100).fill(true))
  await engine.rest()
  expect(await rowOf(id)).toMatchObject({ state: 'CONFIRMED' })
  expect(await engine.desk.accountOf(id)).toEqual({ charges: 1, intents: ['succeeded'] })
})

test('a hint of a refund has it looked at, pending or settled', async () => {
  const id = await ordered('pm_card_visa')
  const common = { orderId: id, amountMinor: 100, reason: 'a test', createdAt: new Date() }
  const late = new Date(engine.clock.now() + 600_000)
  const [pending, settled] = [randomUUID(), randomUUID()]
  await engine.db.refund.create({ data: { ...common, id: pending, state: 'PENDING', nextCheckAt: late } })
  await engine.db.refund.create({ data: { ...common, id: settled, state: 'SUCCEEDED' } })
  const now = engine.clock.now()
  for (const refundId of [pending, settled]) expect(await engine.book.hintRefund(refundId, now)).toBe(true)
  expect(await engine.book.hintRefund(randomUUID(), now)).toBe(false)
  const told = (await messages()).filter(({ topic }) => topic === 'refund.advance')
  expect(told.map(({ subject }) => subject)).toEqual([pending, settled])
  expect(await engine.db.refund.findUnique({ where: { id: pending } })).toMatchObject({ nextCheckAt: new Date(now + 5000) })
  expect(await engine.db.refund.findUnique({ where: { id: settled } })).toMatchObject({ nextCheckAt: new Date(now + 5000) })
  await engine.db.outboxMessage.deleteMany()
})
