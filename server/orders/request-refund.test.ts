import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { merchantHands } from '#/drill/engine/merchant-hands.ts'
import { orderHands } from '#/drill/engine/order-hands.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { advanceRefund } from './advance-refund.ts'
import { MOST_REFUNDS } from './request-refund.ts'

let engine: TestEngine
let merchant: ReturnType<typeof merchantHands>

beforeAll(async () => {
  engine = await startTestEngine()
  merchant = merchantHands(engine)
})
afterAll(() => engine.stop())

const amount = (amountMinor: number) => ({ kind: 'amount', amountMinor }) as const
const outcomes = (answers: readonly { ok: boolean; code?: string }[]) => answers.map((answer) => (answer.ok ? 'asked' : answer.code)).sort()

test.each([
  [true, [3, 2]],
  [false, [1, 1]],
])('units that were not shipped are free again in the same step when restocked (%s), else they are gone', async (restock, onHand) => {
  const orderId = await merchant.paid([3, 2])
  const wish = {
    kind: 'units',
    units: [
      { position: 0, quantity: 2 },
      { position: 1, quantity: 1 },
    ],
  } as const
  expect(await merchant.refund(orderId, wish, { restock })).toMatchObject({ ok: true })
  // Nobody has asked the gateway yet.
  expect(await merchant.stockOf(orderId)).toEqual(onHand.map((units, i) => [units, [1, 1][i]]))
  await engine.rest()
  expect(await merchant.stateOf(orderId)).toBe('CONFIRMED')
})

test.each([
  [true, 2],
  [false, 0],
])('shipped units come back on hand when restocked (%s), and to nobody otherwise', async (restock, onHand) => {
  const orderId = await merchant.paid([3])
  await merchant.ship(orderId)
  await merchant.refund(orderId, merchant.units(0, 2), { restock })
  expect(await merchant.stockOf(orderId)).toEqual([[onHand, 0]])
  const line = await engine.db.orderLine.findFirstOrThrow({ where: { orderId } })
  expect(line).toMatchObject({ shipped: 3, dropped: 0, returned: 2 })
})

test('a whole order in parts gives back what was paid to the cent, and ends refunded', async () => {
  const orderId = await merchant.paid([3, 2], { country: 'CH' })
  await merchant.ship(orderId, [{ position: 0, quantity: 1 }])
  await merchant.refund(orderId, amount(77))
  for (const [position, quantity] of [
    [1, 1],
    [0, 2],
    [0, 1],
    [1, 1],
  ] as const) {
    expect(await merchant.refund(orderId, merchant.units(position, quantity))).toMatchObject({ ok: true })
    await merchant.settle(orderId)
  }
  const { ours, theirs } = await merchant.moneyOf(orderId)
  expect(ours.refundedMinor).toBe(ours.capturedMinor)
  expect(theirs).toEqual(ours)
  expect(await merchant.stateOf(orderId)).toBe('REFUNDED')
  expect(await merchant.refund(orderId)).toEqual({ ok: false, code: 'NOTHING_LEFT' })
  expect(await merchant.stockOf(orderId)).toEqual([
    [3, 0],
    [2, 0],
  ])
})

test('twenty who give back parts of an order at once never give back more than was captured', async () => {
  const orderId = await merchant.paid([1])
  const { ours } = await merchant.moneyOf(orderId)
  const part = Math.floor(ours.capturedMinor / 7)
  const answers = await Promise.all(Array.from({ length: 20 }, () => merchant.refund(orderId, amount(part))))
  expect(answers.filter((answer) => answer.ok)).toHaveLength(7)
  expect(new Set(outcomes(answers))).toEqual(new Set(['asked', 'TOO_MUCH']))
  await merchant.settle(orderId)
  const after = await merchant.moneyOf(orderId)
  expect(after.theirs).toEqual({ capturedMinor: ours.capturedMinor, refundedMinor: 7 * part })
  expect(after.ours).toEqual(after.theirs)
})

test('twenty who give back units of an order at once give each back once', async () => {
  const orderId = await merchant.paid([6, 4])
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => merchant.refund(orderId, merchant.units(n % 2, 1))))
  expect(answers.filter((answer) => answer.ok)).toHaveLength(10)
  await merchant.settle(orderId)
  const { ours, theirs } = await merchant.moneyOf(orderId)
  expect(ours.refundedMinor).toBe(ours.capturedMinor)
  expect(theirs).toEqual(ours)
})

test('shipping and refunding at once, each unit is shipped or dropped, never both', async () => {
  const orderId = await merchant.paid([8, 8])
  const one = (n: number) => ({ position: n % 2, quantity: 1 })
  const answers = await Promise.all(
    Array.from({ length: 24 }, (_, n) =>
      n % 3 === 0 ? merchant.ship(orderId, [one(n)]) : merchant.refund(orderId, { kind: 'units', units: [one(n)] }, { restock: n % 4 < 2 }),
    ),
  )
  expect(answers.filter((answer) => answer.ok).length).toBeGreaterThanOrEqual(16)
  await merchant.settle(orderId)
  const lines = await engine.db.orderLine.findMany({ where: { orderId } })
  for (const { quantity, shipped, dropped, returned } of lines)
    expect(dropped + returned <= quantity && shipped + dropped <= quantity).toBe(true)
  const allocated = (await merchant.stockOf(orderId)).map(([, taken]) => taken)
  expect(allocated).toEqual(lines.map(({ quantity, shipped, dropped }) => quantity - shipped - dropped))
})

test('a refund that is asked for again and again under one id is one, and the id never stands for another', async () => {
  const [orderId, other] = [await merchant.paid([3]), await merchant.paid([3])]
  const refundId = randomUUID()
  const answers = await Promise.all(Array.from({ length: 12 }, () => merchant.refund(orderId, merchant.units(0, 1), { refundId })))
  expect(answers.filter((answer) => answer.ok && answer.value.isNew)).toHaveLength(1)
  expect(answers.every((answer) => answer.ok && answer.value.units[0]?.quantity === 1)).toBe(true)
  const changed = { ok: false, code: 'REFUND_CHANGED' }
  expect(await merchant.refund(orderId, merchant.units(0, 2), { refundId })).toEqual(changed)
  expect(await merchant.refund(orderId, merchant.units(0, 1), { refundId, restock: false })).toEqual(changed)
  expect(await merchant.refund(other, merchant.units(0, 1), { refundId })).toEqual(changed)
  const contested = randomUUID()
  const both = await Promise.all([orderId, other].map((id) => merchant.refund(id, amount(100), { refundId: contested })))
  expect(outcomes(both)).toEqual(['REFUND_CHANGED', 'asked'])
  await engine.rest()
  expect(await merchant.refundsOf(orderId)).toHaveLength(both[0]?.ok ? 2 : 1)
})

test('what is shipped and what is given up together fulfil an order', async () => {
  const orderId = await merchant.paid([3])
  await merchant.ship(orderId, [{ position: 0, quantity: 2 }])
  expect(await merchant.stateOf(orderId)).toBe('CONFIRMED')
  await merchant.refund(orderId, merchant.units(0, 1))
  expect(await merchant.stateOf(orderId)).toBe('FULFILLED')
})

test('units whose money is back already are let go with a refund of nothing, which asks nobody', async () => {
  const orderId = await merchant.paid([2])
  const { ours } = await merchant.moneyOf(orderId)
  await merchant.refund(orderId, amount(ours.capturedMinor))
  await engine.rest()
  expect(await merchant.stateOf(orderId)).toBe('REFUNDED')
  expect(await merchant.stockOf(orderId)).toEqual([[2, 2]])
  const refundId = randomUUID()
  expect(await merchant.refund(orderId, { kind: 'all' }, { refundId })).toMatchObject({ ok: true, value: { amountMinor: 0 } })
  expect(await merchant.stockOf(orderId)).toEqual([[2, 0]])
  expect(await advanceRefund(engine, refundId)).toEqual({ kind: 'final' })
  expect(await engine.desk.refundsOf(orderId)).toHaveLength(1)
})

test('an order that cost nothing ends refunded once all of its units are given up', async () => {
  const orderId = await orderHands(engine).allocated()
  const free = { discountMinor: 40_00, deliveryMinor: 0, taxMinor: 0, totalMinor: 0 }
  await engine.db.order.update({ where: { id: orderId }, data: free })
  await engine.rest()
  expect(await merchant.stateOf(orderId)).toBe('CONFIRMED')
  expect(await merchant.refund(orderId, merchant.units(0, 1))).toMatchObject({ ok: true, value: { amountMinor: 0 } })
  expect(await merchant.stateOf(orderId)).toBe('CONFIRMED')
  expect(await merchant.refund(orderId)).toMatchObject({ ok: true })
  expect(await merchant.stateOf(orderId)).toBe('REFUNDED')
})

test('what is not paid cannot be refunded, and refunds of an order have an end', async () => {
  expect(await merchant.refund(randomUUID())).toEqual({ ok: false, code: 'ORDER_MISSING' })
  expect(await merchant.refund(await orderHands(engine).declined())).toEqual({ ok: false, code: 'ORDER_NOT_PAID' })
  const orderId = await merchant.paid([3])
  const rows = Array.from({ length: MOST_REFUNDS }, () => ({ id: randomUUID(), orderId, fingerprint: '', amountMinor: 1, reason: 'x' }))
  const failed = { state: 'FAILED', createdAt: new Date(), settledAt: new Date() } as const
  await engine.db.refund.createMany({ data: rows.map((row) => ({ ...row, ...failed })) })
  expect(await merchant.refund(orderId)).toEqual({ ok: false, code: 'TOO_MANY_REFUNDS' })
})

test('what was refunded here ends without a trace of doubt', async () => {
  await engine.later(3 * 3600_000)
  expect(await engine.violations()).toEqual([])
})

test('money that only the books say went back, and units that only they say left, are noticed', async () => {
  const orderId = await merchant.paid([2])
  await engine.db.order.update({ where: { id: orderId }, data: { refundedMinor: 100 } })
  const row = { id: randomUUID(), orderId, amountMinor: 100, reason: 'x', state: 'SUCCEEDED', createdAt: new Date() } as const
  await engine.db.refund.create({ data: row })
  await engine.db.orderLine.updateMany({ where: { orderId }, data: { shipped: 1 } })
  const found = await engine.violations()
  for (const words of [`refunds agree: ${row.id}`, `units add up: line 0 of order ${orderId}`, 'did not move by what was shipped']) {
    expect(found).toContainEqual(expect.stringContaining(words))
  }
})
