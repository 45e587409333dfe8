import { afterAll, beforeAll, expect, test } from 'vitest'
import { SHOPPERS_HOLD_SECONDS } from '#/domain/order-state.ts'
import { merchantHands } from '#/drill/engine/merchant-hands.ts'
import { GOOD_CARD, orderHands } from '#/drill/engine/order-hands.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { advanceOrder } from './advance-order.ts'
import { confirmPaid } from './settle-payment.ts'

let engine: TestEngine
let hands: ReturnType<typeof orderHands>
let merchant: ReturnType<typeof merchantHands>

beforeAll(async () => {
  engine = await startTestEngine()
  hands = orderHands(engine)
  merchant = merchantHands(engine)
})
afterAll(() => engine.stop())

/** The gateway says that the payment is cancelled, and charges the card nevertheless. */
async function cancelledAndPaid(): Promise<string> {
  const orderId = await hands.declined()
  const { paymentIntentId } = await hands.read(orderId)
  const lying = { ...engine.gateway, cancel: async () => ({ ok: true, value: { kind: 'cancelled' } }) as const }
  const late = { now: () => engine.clock.now() + SHOPPERS_HOLD_SECONDS * 1000 + 1000, sleep: engine.clock.sleep }
  expect(await advanceOrder({ ...engine, gateway: lying, clock: late }, orderId)).toEqual({ kind: 'final' })
  expect(await hands.read(orderId)).toMatchObject({ state: 'CANCELLED' })
  const payment = { paymentMethod: GOOD_CARD, returnUrl: engine.returnUrl(orderId), idempotencyKey: `behind-our-back-${orderId}` }
  expect(await engine.gateway.confirm(paymentIntentId ?? '', payment)).toMatchObject({ ok: true, value: { kind: 'succeeded' } })
  return orderId
}

test('a payment that came in for a cancelled order goes back whole and once, however many workers notice', async () => {
  const orderId = await cancelledAndPaid()
  expect(await engine.book.hintOrder(orderId, engine.clock.now())).toBe(true)
  await hands.crowd(orderId, 12)
  await merchant.settle(orderId)
  const { order } = await hands.read(orderId)
  const whole = { capturedMinor: order.totalMinor, refundedMinor: order.totalMinor }
  expect(await merchant.moneyOf(orderId)).toEqual({ ours: whole, theirs: whole })
  expect(await hands.read(orderId)).toMatchObject({ state: 'CANCELLED', trouble: null })
  expect(await merchant.refundsOf(orderId)).toMatchObject([{ reason: 'PAID_AFTER_CANCEL', state: 'SUCCEEDED' }])
  expect(await hands.freeUnits(orderId)).toBe(3)
})

test('its page says that the money is on its way back', async () => {
  const orderId = await cancelledAndPaid()
  await engine.book.hintOrder(orderId, engine.clock.now())
  await engine.rest()
  const stored = await engine.counters.findCheckout(orderId)
  const { order } = await hands.read(orderId)
  expect(stored.ok && stored.value?.view).toMatchObject({
    state: 'CANCELLED',
    refunds: [{ amountMinor: order.totalMinor, state: 'SUCCEEDED' }],
  })
})

test('where that refund fails, a person gives the money back, and has no units to give up', async () => {
  const orderId = await cancelledAndPaid()
  await engine.book.refundCancelled(orderId, { refundId: engine.newId(), nowMs: engine.clock.now() })
  const [first] = await merchant.refundsOf(orderId)
  await engine.book.settleRefund(first?.id ?? '', { kind: 'failed', gatewayRefundId: null, nowMs: engine.clock.now() })
  expect(await hands.read(orderId)).toMatchObject({ state: 'CANCELLED', trouble: expect.stringContaining('refund') })
  expect(await merchant.refund(orderId, merchant.units(0, 1))).toMatchObject({ ok: false, code: 'UNKNOWN_LINE' })
  const { order } = await hands.read(orderId)
  expect(await merchant.refund(orderId)).toMatchObject({ ok: true, value: { amountMinor: order.totalMinor, units: [] } })
  await merchant.settle(orderId)
  expect(await hands.read(orderId)).toMatchObject({ state: 'CANCELLED', trouble: null })
})

test('an order that is cancelled and not paid has nothing to give back', async () => {
  const orderId = await hands.declined()
  await engine.later(SHOPPERS_HOLD_SECONDS * 1000 + 1000)
  await engine.book.hintOrder(orderId, engine.clock.now())
  await engine.rest()
  expect(await merchant.refundsOf(orderId)).toEqual([])
  expect(await hands.read(orderId)).toMatchObject({ state: 'CANCELLED' })
})

test('an order that costs nothing and is cancelled while it is confirmed has nothing to give back, and its history says nothing of a payment', async () => {
  const orderId = await hands.allocated()
  const { subtotalMinor } = (await hands.read(orderId)).order
  const free = { discountMinor: subtotalMinor, deliveryMinor: 0, taxMinor: 0, totalMinor: 0, taxMode: 'included' }
  await engine.db.order.update({ where: { id: orderId }, data: free })
  const nowMs = engine.clock.now()
  await engine.book.startPaying(orderId, { afterAttempt: 0, paymentMethod: null, tellWorker: false, nowMs })
  await engine.book.requestCancel(orderId, { reason: 'BY_SHOPPER', nowMs })
  await engine.rest()
  expect(await hands.read(orderId)).toMatchObject({ state: 'CANCELLED' })
  // The worker that had begun to confirm it.
  await confirmPaid(engine, orderId)
  await engine.rest()
  expect(await merchant.refundsOf(orderId)).toEqual([])
  expect((await engine.book.history(orderId)).at(-1)).toMatchObject({ kind: 'state', state: 'CANCELLED' })
})

test('what was given back here ends without a trace of doubt', async () => {
  await engine.later(3 * 3600_000)
  expect(await engine.violations()).toEqual([])
})
