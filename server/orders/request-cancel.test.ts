import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { SHOPPERS_HOLD_SECONDS, UNPAID_HOLD_SECONDS } from '#/domain/order-state.ts'
import { ASKING_CARD, GOOD_CARD, orderHands } from '#/drill/engine/order-hands.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { advanceOrder } from './advance-order.ts'
import { requestCancel } from './request-cancel.ts'
import { retryPayment } from './retry-payment.ts'

let engine: TestEngine
let hands: ReturnType<typeof orderHands>

beforeAll(async () => {
  engine = await startTestEngine()
  hands = orderHands(engine)
})
afterEach(async () => {
  await engine.desk.workAgain()
  await engine.rest()
})
afterAll(() => engine.stop())

const cancel = (orderId: string) => requestCancel(engine, orderId, 'BY_SHOPPER')

/** With an intent, and nobody at it. */
async function paying(): Promise<string> {
  const orderId = await hands.declined()
  expect(await retryPayment(engine, orderId, GOOD_CARD)).toMatchObject({ ok: true })
  return orderId
}

const STATES = {
  ALLOCATED: () => hands.allocated(),
  PAYING: paying,
  ACTION_REQUIRED: () => hands.atBank(),
  DECLINED: () => hands.declined(),
}

test.each(Object.entries(STATES))('cancelled while %s: noted at once, ended by a worker, told by mail', async (state, begin) => {
  const orderId = await begin()
  expect(await cancel(orderId)).toMatchObject({ ok: true, value: { state, cancelling: true } })
  expect(await hands.freeUnits(orderId)).toBe(1)
  await advanceOrder(engine, orderId)
  const mails = await engine.db.outboxMessage.findMany({ where: { topic: 'mail.send', subject: { startsWith: orderId } } })
  expect(mails.map(({ subject }) => subject)).toEqual([`${orderId}/cancelled`])
  await engine.rest()
  expect(await hands.read(orderId)).toMatchObject({ state: 'CANCELLED', reason: 'BY_SHOPPER', holdUntilMs: null, actionUrl: null })
  expect(await hands.outcomeOf(orderId)).toBe('cancelled and given back')
  expect(await engine.counters.findCheckout(orderId)).toMatchObject({ value: { view: { state: 'CANCELLED', cancelling: true } } })
})

test('a request whose job was lost is found by upkeep', async () => {
  const orderId = await hands.declined()
  await cancel(orderId)
  await engine.db.outboxMessage.deleteMany({ where: { topic: 'order.advance' } })
  await engine.later(16_000)
  expect(await hands.outcomeOf(orderId)).toBe('cancelled and given back')
})

test('a payment that was faster stands, and the order says that it was to be cancelled', async () => {
  const orderId = await paying()
  const { paymentIntentId } = await hands.read(orderId)
  const returnUrl = engine.returnUrl(orderId)
  await engine.gateway.confirm(paymentIntentId ?? '', { paymentMethod: GOOD_CARD, returnUrl, idempotencyKey: `faster-${orderId}` })
  await cancel(orderId)
  await engine.rest()
  expect(await hands.read(orderId)).toMatchObject({ state: 'CONFIRMED', cancelReason: 'BY_SHOPPER' })
  expect(await hands.outcomeOf(orderId)).toBe('paid and sold')
})

test('pressed many times at once it is one request', async () => {
  const orderId = await hands.declined()
  const answers = await Promise.all(Array.from({ length: 10 }, () => cancel(orderId)))
  expect(answers.filter((answer) => answer.ok)).toHaveLength(1)
  expect((await engine.book.history(orderId)).filter((event) => event.kind === 'cancel-requested')).toHaveLength(1)
})

test('no card is taken once cancelling was asked for', async () => {
  const orderId = await hands.declined()
  await cancel(orderId)
  expect(await retryPayment(engine, orderId, GOOD_CARD)).toEqual({ ok: false, code: 'ORDER_MOVED_ON' })
})

test('what has ended cannot be cancelled', async () => {
  const paid = await hands.allocated()
  await engine.rest()
  expect(await cancel(paid)).toEqual({ ok: false, code: 'ORDER_MOVED_ON' })
  expect(await hands.read(paid)).toMatchObject({ state: 'CONFIRMED', cancelReason: null })
  expect(await cancel('00000000-0000-4000-8000-000000000000')).toEqual({ ok: false, code: 'ORDER_MOVED_ON' })
})

test('with the gateway away nothing is released until it agrees', async () => {
  const orderId = await hands.declined()
  await engine.stack.gateway.kill()
  await cancel(orderId)
  await engine.rest()
  await engine.later(SHOPPERS_HOLD_SECONDS * 1000 + 1000)
  expect(await hands.read(orderId)).toMatchObject({ state: 'DECLINED' })
  expect(await hands.freeUnits(orderId)).toBe(1)
  await engine.stack.gateway.start()
  await engine.later(60_000)
  expect(await hands.outcomeOf(orderId)).toBe('cancelled and given back')
})

test('an intent that comes too late for a cancelled order is bound to nothing and never charged', async () => {
  const orderId = await hands.allocated()
  const createIntent: typeof engine.gateway.createIntent = async (wanted) => {
    const created = await engine.gateway.createIntent(wanted)
    await cancel(orderId)
    await advanceOrder(engine, orderId)
    expect(await hands.read(orderId)).toMatchObject({ state: 'CANCELLED' })
    return created
  }
  expect(await advanceOrder({ ...engine, gateway: { ...engine.gateway, createIntent } }, orderId)).toMatchObject({ kind: 'retry' })
  expect(await hands.read(orderId)).toMatchObject({ state: 'CANCELLED', paymentIntentId: null })
  expect(await engine.desk.accountOf(orderId)).toEqual({ charges: 0, intents: ['canceled'] })
  expect(await hands.outcomeOf(orderId)).toBe('cancelled and given back')
})

test('an order that the gateway never answered about is cancelled at its deadline, without an intent at once', async () => {
  const bound = await hands.declined()
  const unbound = await hands.allocated()
  await retryPayment(engine, bound, GOOD_CARD)
  await engine.stack.gateway.kill()
  await engine.later(UNPAID_HOLD_SECONDS * 1000 + 1000)
  expect(await hands.read(unbound)).toMatchObject({ state: 'CANCELLED', reason: 'NOT_PAID_IN_TIME', paymentIntentId: null })
  expect(await hands.freeUnits(unbound)).toBe(3)
  expect(await hands.read(bound)).toMatchObject({ state: 'PAYING' })
  expect(await hands.freeUnits(bound)).toBe(1)
  await engine.stack.gateway.start()
  await engine.later(20 * 60_000)
  expect(await hands.outcomeOf(bound)).toBe('cancelled and given back')
})

test('cancelling races with another card, the step at the bank, the deadline and many workers: one outcome, and all agree', async () => {
  const orders: { orderId: string; isAtBank: boolean }[] = []
  for (let n = 0; n < 16; n += 1) {
    const isAtBank = n % 2 === 0
    orders.push({ orderId: isAtBank ? await hands.atBank() : await hands.declined(), isAtBank })
  }
  const late = { ...engine, clock: { sleep: engine.clock.sleep, now: () => engine.clock.now() + SHOPPERS_HOLD_SECONDS * 1000 + 1000 } }
  await Promise.all(
    orders.flatMap(({ orderId, isAtBank }, n) => [
      cancel(orderId),
      retryPayment(engine, orderId, n % 3 ? GOOD_CARD : ASKING_CARD).then(() => hands.crowd(orderId, 3)),
      isAtBank ? engine.desk.answerBank(orderId, 'confirm').catch(() => 'too late') : undefined,
      n % 4 === 0 ? advanceOrder(late, orderId) : undefined,
      hands.crowd(orderId, 2),
    ]),
  )
  await engine.later(60_000)
  await engine.later(SHOPPERS_HOLD_SECONDS * 1000 + 60_000)
  for (const { orderId } of orders) expect(await hands.outcomeOf(orderId)).toMatch(/^(paid and sold|cancelled and given back)$/)
})

test('money and stock agree with every order of this file', async () => {
  await engine.later(SHOPPERS_HOLD_SECONDS * 1000 + 1000)
  expect(await engine.violations()).toEqual([])
})
