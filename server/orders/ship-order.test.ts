import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { merchantHands } from '#/drill/engine/merchant-hands.ts'
import { orderHands } from '#/drill/engine/order-hands.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { eventWords } from './order-events.ts'

let engine: TestEngine
let merchant: ReturnType<typeof merchantHands>

beforeAll(async () => {
  engine = await startTestEngine()
  merchant = merchantHands(engine)
})
afterAll(() => engine.stop())

const units = (position: number, quantity: number) => [{ position, quantity }]

test('what leaves is neither on hand nor allocated any more, and with its last unit the order is fulfilled', async () => {
  const orderId = await merchant.paid([3, 2])
  expect(await merchant.ship(orderId, units(0, 2))).toEqual({ ok: true, value: { units: units(0, 2), unitsLeft: 3, isNew: true } })
  expect(await merchant.stateOf(orderId)).toBe('CONFIRMED')
  expect(await merchant.stockOf(orderId)).toEqual([
    [1, 1],
    [2, 2],
  ])
  expect(await merchant.ship(orderId)).toMatchObject({ ok: true, value: { unitsLeft: 0 } })
  expect(await merchant.stateOf(orderId)).toBe('FULFILLED')
  expect(await merchant.stockOf(orderId)).toEqual([
    [0, 0],
    [0, 0],
  ])
  expect((await engine.book.history(orderId)).slice(-2).map(eventWords)).toEqual([
    'A parcel left with An Post, CE1',
    'A parcel left with An Post, CE1, and nothing is left to ship',
  ])
  expect(await merchant.ship(orderId)).toEqual({ ok: false, code: 'NOTHING_LEFT' })
})

test('a parcel that many note at once under one id left once, and is told of once', async () => {
  const orderId = await merchant.paid([3, 2])
  const shipmentId = randomUUID()
  const answers = await Promise.all(Array.from({ length: 20 }, () => merchant.ship(orderId, units(0, 1), shipmentId)))
  expect(answers.every((answer) => answer.ok)).toBe(true)
  expect(answers.filter((answer) => answer.ok && answer.value.isNew)).toHaveLength(1)
  expect(await merchant.stockOf(orderId)).toEqual([
    [2, 2],
    [2, 2],
  ])
  expect(await merchant.mailsOf(orderId)).toEqual([`shipped/${shipmentId}`])
})

test('the id of one parcel never stands for another, of this order or of any', async () => {
  const [orderId, other] = [await merchant.paid(), await merchant.paid()]
  const shipmentId = randomUUID()
  await merchant.ship(orderId, units(0, 1), shipmentId)
  expect(await merchant.ship(orderId, units(0, 2), shipmentId)).toEqual({ ok: false, code: 'SHIPMENT_CHANGED' })
  expect(await merchant.ship(other, units(0, 1), shipmentId)).toEqual({ ok: false, code: 'SHIPMENT_CHANGED' })
  const contested = randomUUID()
  const answers = await Promise.all([orderId, other].map((id) => merchant.ship(id, units(1, 1), contested)))
  expect(answers.map((answer) => (answer.ok ? 'shipped' : answer.code)).sort()).toEqual(['SHIPMENT_CHANGED', 'shipped'])
})

test('however many ship parts of an order at once, each unit leaves once', async () => {
  const orderId = await merchant.paid([7, 5])
  const answers = await Promise.all(Array.from({ length: 24 }, (_, n) => merchant.ship(orderId, units(n % 2, 1))))
  expect(answers.filter((answer) => answer.ok)).toHaveLength(12)
  expect(new Set(answers.filter((answer) => !answer.ok).map((answer) => answer.code))).toEqual(new Set(['TOO_MANY_UNITS']))
  expect(await merchant.stateOf(orderId)).toBe('FULFILLED')
  expect(await merchant.stockOf(orderId)).toEqual([
    [0, 0],
    [0, 0],
  ])
})

test('what cannot be shipped is told with what could, and changes nothing', async () => {
  const orderId = await merchant.paid([3])
  expect(await merchant.ship(orderId, units(1, 1))).toEqual({ ok: false, code: 'UNKNOWN_LINE', position: 1 })
  expect(await merchant.ship(orderId, units(0, 4))).toEqual({ ok: false, code: 'TOO_MANY_UNITS', position: 0, left: 3 })
  expect(await merchant.ship(orderId, [])).toEqual({ ok: false, code: 'NOTHING_LEFT' })
  expect(await merchant.ship(randomUUID())).toEqual({ ok: false, code: 'ORDER_MISSING' })
  expect(await merchant.ship(await orderHands(engine).declined())).toEqual({ ok: false, code: 'ORDER_NOT_PAID' })
  expect(await merchant.stockOf(orderId)).toEqual([[3, 3]])
  expect(await merchant.mailsOf(orderId)).toEqual([])
})

test('the page of an order shows its parcels while Postgres is away', async () => {
  const orderId = await merchant.paid([3])
  await merchant.ship(orderId, units(0, 2))
  await engine.rest()
  const stored = await engine.counters.findCheckout(orderId)
  expect(stored.ok && stored.value?.view).toMatchObject({
    state: 'CONFIRMED',
    parcels: [{ carrier: 'An Post', tracking: 'CE1', units: units(0, 2) }],
    refunds: [],
  })
})

test('what was shipped here ends without a trace of doubt', async () => {
  await engine.later(3 * 3600_000)
  expect(await engine.violations()).toEqual([])
})
