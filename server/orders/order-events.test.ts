import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ASKING_CARD, GOOD_CARD, orderHands } from '#/drill/engine/order-hands.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import type { DeclineReason } from '../payments/payment-gateway.ts'
import { stripeGateway } from '../payments/stripe-gateway.ts'
import { advanceOrder } from './advance-order.ts'
import { EVENT_KINDS, eventWords } from './order-events.ts'
import { requestCancel } from './request-cancel.ts'
import { retryPayment } from './retry-payment.ts'

let engine: TestEngine
let hands: ReturnType<typeof orderHands>

beforeAll(async () => {
  engine = await startTestEngine()
  hands = orderHands(engine)
})
afterEach(() => engine.desk.workAgain())
afterAll(() => engine.stop())

const wordsOf = async (orderId: string) => (await engine.book.history(orderId)).map(eventWords)

test('a person reads in an order of events what happened to an order', async () => {
  const orderId = await hands.declined()
  await retryPayment(engine, orderId, ASKING_CARD)
  await engine.rest()
  await requestCancel(engine, orderId, 'BY_SHOPPER')
  await engine.rest()
  expect(await wordsOf(orderId)).toEqual([
    'Received, and stock set aside',
    'Attempt 1 to take payment begins',
    'Attempt 1 was declined: the bank did not say why',
    'Attempt 2 to take payment begins',
    'The bank asks the shopper to confirm attempt 2',
    'The shopper asked to cancel',
    'Cancelled, and stock given back: the shopper asked for it',
  ])
  const { version } = await hands.read(orderId)
  expect((await engine.book.history(orderId)).map((event) => event.version)).toEqual(Array.from({ length: version }, (_, n) => n + 1))
})

test('every kind of event has words, whatever its detail holds', () => {
  for (const kind of EVENT_KINDS) {
    for (const detail of [null, 'x', { amountMinor: 1250, carrier: 'Post', tracking: 'A1' }]) {
      const event = { version: 1, atMs: 0, kind, state: 'CONFIRMED', attempt: 1, reason: null, detail } as const
      expect(eventWords(event)).toMatch(/^[A-Z][^{}]+$/)
      expect(eventWords({ ...event, reason: 'constructor' })).not.toContain('function')
    }
  }
})

test('every reason for a decline has words of its own', () => {
  const reasons: DeclineReason[] = [
    'card_declined',
    'insufficient_funds',
    'expired_card',
    'authentication_required',
    'authentication_failed',
  ]
  for (const reason of reasons) {
    const event = { version: 1, atMs: 0, kind: 'state', state: 'DECLINED', attempt: 1, reason, detail: null } as const
    expect(eventWords(event)).not.toContain('_')
  }
})

test('what a person has to look at is noted once, listed, looked at again, and forgotten when the order goes on', async () => {
  const orderId = await hands.allocated()
  const refusing = { ...engine, gateway: stripeGateway('sk_test_of_somebody_else', engine.stack.gateway.url) }
  for (let n = 0; n < 3; n += 1) expect(await advanceOrder(refusing, orderId)).toMatchObject({ kind: 'stuck' })
  const { trouble } = await hands.read(orderId)
  expect(trouble).toContain('the gateway refuses')
  expect((await wordsOf(orderId)).filter((words) => words.startsWith('Needs a person'))).toEqual([`Needs a person: ${trouble}`])
  const listed = await engine.book.troubledOrders(10)
  expect(listed).toEqual([{ orderId, state: 'PAYING', trouble, sinceMs: expect.any(Number) }])
  expect(Math.abs((listed[0]?.sinceMs ?? 0) - engine.clock.now())).toBeLessThan(60_000)
  expect(await engine.book.troubledOrders(0)).toEqual([])

  await engine.later(16_000)
  expect(await hands.read(orderId)).toMatchObject({ state: 'CONFIRMED', trouble: null })
  expect(await engine.book.troubledOrders(10)).toEqual([])
})

test('an order that costs nothing is confirmed without the gateway', async () => {
  const orderId = await hands.allocated(GOOD_CARD)
  const { subtotalMinor } = (await hands.read(orderId)).order
  const free = { discountMinor: subtotalMinor, deliveryMinor: 0, taxMinor: 0, totalMinor: 0 }
  await engine.db.order.update({ where: { id: orderId }, data: { ...free, taxMode: 'included' } })
  await engine.stack.gateway.kill()
  expect(await advanceOrder(engine, orderId)).toEqual({ kind: 'final' })
  await engine.stack.gateway.start()
  expect(await hands.read(orderId)).toMatchObject({ state: 'CONFIRMED', paymentIntentId: null })
  expect(await engine.desk.accountOf(orderId)).toEqual({ charges: 0, intents: [] })
})
