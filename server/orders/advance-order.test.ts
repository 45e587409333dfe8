import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { SHOPPERS_HOLD_SECONDS } from '#/domain/order-state.ts'
import { eventually } from '#/drill/engine/eventually.ts'
import { faultsOf } from '#/drill/engine/gateway-desk.ts'
import { DECLINED_CARD, GOOD_CARD, orderHands } from '#/drill/engine/order-hands.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { stripeGateway } from '../payments/stripe-gateway.ts'
import { advanceOrder } from './advance-order.ts'
import { retryPayment } from './retry-payment.ts'

const HOLD_MS = SHOPPERS_HOLD_SECONDS * 1000

let engine: TestEngine
let hands: ReturnType<typeof orderHands>

beforeAll(async () => {
  engine = await startTestEngine()
  hands = orderHands(engine)
})
afterEach(() => engine.desk.workAgain())
afterAll(() => engine.stop())

const mailsOf = (orderId: string) => engine.db.outboxMessage.findMany({ where: { topic: 'mail.send', subject: { startsWith: orderId } } })

test('however many workers advance an order at once, it is charged once, confirmed once and told once', async () => {
  const orderId = await hands.allocated()
  for (let round = 0; round < 3; round += 1) await Promise.all(Array.from({ length: 12 }, () => advanceOrder(engine, orderId)))
  expect(await hands.read(orderId)).toMatchObject({ state: 'CONFIRMED', attempt: 1, version: 3 })
  expect((await engine.desk.accountOf(orderId)).charges).toBe(1)
  expect(await mailsOf(orderId)).toHaveLength(1)
  const events = await engine.db.orderEvent.findMany({ where: { orderId }, orderBy: { version: 'asc' } })
  expect(events.map(({ state }) => state)).toEqual(['PAYING', 'CONFIRMED'])
})

test.each(faultsOf('payment_intents', ['create', 'confirm', 'retrieve']))(
  '%s, over and over, ends in one charge and CONFIRMED once it stops',
  async (_, fault) => {
    const orderId = await hands.allocated()
    await engine.desk.goWrong(fault, { match: { operation: 'payment_intents.confirm' }, times: 1, drop: 'after' })
    for (let round = 0; round < 2; round += 1) await Promise.all([advanceOrder(engine, orderId), advanceOrder(engine, orderId)])
    await engine.desk.workAgain()
    await engine.later(20_000)
    await engine.later(60_000)
    expect(await hands.read(orderId)).toMatchObject({ state: 'CONFIRMED' })
    expect((await engine.desk.accountOf(orderId)).charges).toBe(1)
  },
)

test('an intent whose reply was lost is asked for again under its key, and not made twice', async () => {
  const orderId = await hands.allocated()
  await engine.desk.goWrong({ match: { operation: 'payment_intents.create' }, times: 3, drop: 'after' })
  for (let round = 0; round < 4; round += 1) await advanceOrder(engine, orderId)
  expect(await hands.read(orderId)).toMatchObject({ state: 'CONFIRMED' })
  expect((await engine.desk.accountOf(orderId)).intents).toHaveLength(1)
})

test('an answer that comes later than anybody waits is looked up, and not paid again', async () => {
  const orderId = await hands.allocated()
  const impatient = { ...engine, gateway: stripeGateway(engine.stack.env.STRIPE_SECRET_KEY ?? '', engine.stack.gateway.url, 150) }
  await engine.desk.goWrong({ match: { operation: 'payment_intents.confirm' }, delayMs: 600 })
  expect(await advanceOrder(impatient, orderId)).toMatchObject({ kind: 'retry' })
  expect(await hands.read(orderId)).toMatchObject({ state: 'PAYING' })
  await engine.desk.workAgain()
  await eventually('the bank has answered and somebody looked', async () => {
    await engine.later(60_000)
    return (await hands.read(orderId)).state === 'CONFIRMED'
  })
  expect((await engine.desk.accountOf(orderId)).charges).toBe(1)
})

test('with the gateway gone an order waits, holds its stock, and is paid when it is back', async () => {
  const orderId = await hands.allocated()
  await engine.stack.gateway.kill()
  expect(await advanceOrder(engine, orderId)).toMatchObject({ kind: 'retry' })
  expect(await hands.freeUnits(orderId)).toBe(1)
  await engine.stack.gateway.start()
  await engine.later(20_000)
  expect(await hands.read(orderId)).toMatchObject({ state: 'CONFIRMED' })
  expect((await engine.desk.accountOf(orderId)).charges).toBe(1)
})

test('a declined card keeps the items until the hold is over, and another card pays for them', async () => {
  const placedMs = engine.clock.now()
  const orderId = await hands.declined()
  const before = await hands.read(orderId)
  expect(before).toMatchObject({ reason: 'card_declined' })
  expect(before.holdUntilMs).toBeGreaterThanOrEqual(placedMs + HOLD_MS)
  expect(before.holdUntilMs).toBeLessThanOrEqual(engine.clock.now() + HOLD_MS)
  expect(await hands.freeUnits(orderId)).toBe(1)
  expect(await retryPayment(engine, orderId, GOOD_CARD)).toMatchObject({ ok: true, value: { state: 'PAYING' } })
  await engine.rest()
  expect(await hands.read(orderId)).toMatchObject({ state: 'CONFIRMED', attempt: 2, reason: null, holdUntilMs: null })
  expect(await engine.desk.accountOf(orderId)).toEqual({ charges: 1, intents: ['succeeded'] })
})

test('another card pressed many times at once is one attempt', async () => {
  const orderId = await hands.declined()
  const answers = await Promise.all(Array.from({ length: 10 }, () => retryPayment(engine, orderId, GOOD_CARD)))
  expect(answers.filter((answer) => answer.ok)).toHaveLength(1)
  await engine.rest()
  expect(await hands.read(orderId)).toMatchObject({ state: 'CONFIRMED', attempt: 2 })
  expect((await engine.desk.accountOf(orderId)).charges).toBe(1)
})

test('card after card may be declined, and the order stays one with one intent', async () => {
  const orderId = await hands.declined()
  for (let attempt = 2; attempt < 5; attempt += 1) {
    expect(await retryPayment(engine, orderId, 'pm_card_visa_chargeDeclinedInsufficientFunds')).toMatchObject({ ok: true })
    await engine.rest()
    expect(await hands.read(orderId)).toMatchObject({ state: 'DECLINED', attempt, reason: 'insufficient_funds' })
  }
  expect(await engine.desk.accountOf(orderId)).toEqual({ charges: 0, intents: ['requires_payment_method'] })
})

test('declining again and again ends at the deadline that the first decline has set', async () => {
  const orderId = await hands.declined()
  const { holdUntilMs } = await hands.read(orderId)
  for (let attempt = 2; attempt < 5; attempt += 1) {
    await engine.later(HOLD_MS / 4)
    expect(await retryPayment(engine, orderId, DECLINED_CARD)).toMatchObject({ ok: true })
    await engine.rest()
    expect(await hands.read(orderId)).toMatchObject({ state: 'DECLINED', attempt, holdUntilMs })
  }
  await engine.later(HOLD_MS / 4)
  expect(await hands.read(orderId)).toMatchObject({ state: 'CANCELLED', reason: 'NOT_PAID_IN_TIME' })
  expect(await hands.freeUnits(orderId)).toBe(3)
})

test('a card that is declined after the deadline, pressed before it, ends the hold', async () => {
  const orderId = await hands.declined()
  const { holdUntilMs } = await hands.read(orderId)
  // Time goes on while a card is pressed, and how fast is not this test's to say.
  const justInTime = { ...engine, clock: { now: () => (holdUntilMs ?? 0) - 1, sleep: engine.clock.sleep } }
  expect(await retryPayment(justInTime, orderId, DECLINED_CARD)).toMatchObject({ ok: true })
  engine.clock.pass(HOLD_MS)
  await engine.rest()
  await engine.later(0)
  expect(await hands.read(orderId)).toMatchObject({ state: 'CANCELLED', reason: 'NOT_PAID_IN_TIME' })
})

test('when the hold is over the intent is cancelled at the gateway first, and only then the stock is given back', async () => {
  const orderId = await hands.declined()
  await engine.desk.goWrong({ match: { operation: 'payment_intents.cancel' }, drop: 'before' })
  await engine.later(HOLD_MS + 1000)
  expect(await hands.read(orderId)).toMatchObject({ state: 'DECLINED' })
  expect(await hands.freeUnits(orderId)).toBe(1)
  await engine.desk.workAgain()
  await engine.later(60_000)
  expect(await hands.read(orderId)).toMatchObject({ state: 'CANCELLED', reason: 'NOT_PAID_IN_TIME' })
  expect(await hands.freeUnits(orderId)).toBe(3)
  expect(await engine.desk.accountOf(orderId)).toEqual({ charges: 0, intents: ['canceled'] })
  expect(await retryPayment(engine, orderId, GOOD_CARD)).toEqual({ ok: false, code: 'ORDER_MOVED_ON' })
})

test('what turns out to be paid at the end of the hold is confirmed, not cancelled', async () => {
  const orderId = await hands.declined()
  const { paymentIntentId } = await hands.read(orderId)
  await engine.gateway.confirm(paymentIntentId ?? '', {
    paymentMethod: GOOD_CARD,
    returnUrl: engine.returnUrl(orderId),
    idempotencyKey: `behind-our-back-${orderId}`,
  })
  await engine.later(HOLD_MS + 1000)
  expect(await hands.read(orderId)).toMatchObject({ state: 'CONFIRMED' })
  expect(await engine.desk.accountOf(orderId)).toEqual({ charges: 1, intents: ['succeeded'] })
})

test('a card that comes after the hold is refused, even before anybody has cancelled', async () => {
  const orderId = await hands.declined()
  const late = { ...engine, clock: { now: () => engine.clock.now() + HOLD_MS + 1, sleep: engine.clock.sleep } }
  expect(await retryPayment(late, orderId, GOOD_CARD)).toEqual({ ok: false, code: 'ORDER_MOVED_ON' })
})

test('a race between another card and the end of the hold never leaves an order paid and cancelled', async () => {
  const orderIds: string[] = []
  for (let n = 0; n < 12; n += 1) orderIds.push(await hands.declined())
  // Whoever cancels has read DECLINED already. Its word reaches the gateway before the card is pressed, while it is paid, or after.
  await Promise.all(
    orderIds.map(async (orderId, n) => {
      const pressed = retryPayment(engine, orderId, GOOD_CARD)
      const paid = pressed.then(() => advanceOrder(engine, orderId))
      const moment = [undefined, pressed, paid][n % 3]
      const cancel = async (intentId: string) => {
        await moment
        return engine.gateway.cancel(intentId)
      }
      const clock = { now: () => engine.clock.now() + HOLD_MS + 1000, sleep: engine.clock.sleep }
      await Promise.all([paid, advanceOrder({ ...engine, clock, gateway: { ...engine.gateway, cancel } }, orderId)])
    }),
  )
  await engine.later(60_000)
  await engine.later(HOLD_MS + 1000)
  for (const orderId of orderIds) {
    const { state } = await hands.read(orderId)
    const { charges, intents } = await engine.desk.accountOf(orderId)
    expect([state, charges, intents[0]]).toEqual(state === 'CONFIRMED' ? ['CONFIRMED', 1, 'succeeded'] : ['CANCELLED', 0, 'canceled'])
    expect(await hands.freeUnits(orderId)).toBe(state === 'CONFIRMED' ? 1 : 3)
  }
})

test('cancelled in the middle of an attempt, an order is paid or cancelled, never both', async () => {
  const orderId = await hands.declined()
  await retryPayment(engine, orderId, GOOD_CARD)
  const { paymentIntentId } = await hands.read(orderId)
  await Promise.all([advanceOrder(engine, orderId), engine.gateway.cancel(paymentIntentId ?? ''), advanceOrder(engine, orderId)])
  await engine.later(60_000)
  const { state } = await hands.read(orderId)
  expect((await engine.desk.accountOf(orderId)).charges).toBe(state === 'CONFIRMED' ? 1 : 0)
  expect(['CONFIRMED', 'CANCELLED']).toContain(state)
})

test('an intent that is cancelled behind our back right after it was made ends the order in one go', async () => {
  const orderId = await hands.allocated()
  const confirm: typeof engine.gateway.confirm = async (intentId, payment) => {
    await engine.gateway.cancel(intentId)
    return engine.gateway.confirm(intentId, payment)
  }
  expect(await advanceOrder({ ...engine, gateway: { ...engine.gateway, confirm } }, orderId)).toEqual({ kind: 'final' })
  expect(await hands.read(orderId)).toMatchObject({ state: 'CANCELLED', reason: 'PAYMENT_CANCELLED' })
  expect(await hands.freeUnits(orderId)).toBe(3)
})

test('who finds nothing left to cancel looks again', async () => {
  const orderId = await hands.declined()
  const late = { ...engine, clock: { now: () => engine.clock.now() + HOLD_MS + 1, sleep: engine.clock.sleep } }
  const cancel = async (intentId: string) => {
    await advanceOrder(late, orderId)
    return engine.gateway.cancel(intentId)
  }
  expect(await advanceOrder({ ...late, gateway: { ...engine.gateway, cancel } }, orderId)).toMatchObject({ kind: 'retry' })
  expect(await advanceOrder(late, orderId)).toEqual({ kind: 'final' })
})

test('a late decline of attempt 1 cannot undo attempt 2', async () => {
  const orderId = await hands.declined()
  expect(await retryPayment(engine, orderId, GOOD_CARD)).toMatchObject({ ok: true })
  const nowMs = engine.clock.now()
  expect(await engine.book.decline(orderId, { attempt: 1, reason: 'late', nowMs })).toBe(false)
  expect(await hands.read(orderId)).toMatchObject({ state: 'PAYING', attempt: 2 })
  await engine.rest()
  expect(await engine.book.decline(orderId, { attempt: 2, reason: 'late', nowMs })).toBe(false)
  expect(await hands.read(orderId)).toMatchObject({ state: 'CONFIRMED' })
})

test('an attempt whose confirm got no answer does not take the decline of the card before for its own', async () => {
  const orderId = await hands.declined()
  await retryPayment(engine, orderId, GOOD_CARD)
  await engine.desk.goWrong({ match: { operation: 'payment_intents.confirm' }, drop: 'before' })
  expect(await advanceOrder(engine, orderId)).toMatchObject({ kind: 'retry' })
  expect(await hands.read(orderId)).toMatchObject({ state: 'PAYING', attempt: 2 })
  await engine.desk.workAgain()
  await engine.rest()
  expect(await hands.read(orderId)).toMatchObject({ state: 'CONFIRMED' })
})

test('a checkout that is no order is told from one that fails', async () => {
  expect(await advanceOrder(engine, '00000000-0000-4000-8000-000000000000')).toEqual({ kind: 'missing' })
})

test('what was paid here ends without a trace of doubt', async () => {
  await engine.later(HOLD_MS + 1000)
  expect(await engine.violations()).toEqual([])
})

test('a success for another amount confirms nothing and asks for a person', async () => {
  const orderId = await hands.allocated()
  const wrong = await engine.gateway.createIntent({ orderId, amountMinor: 100, currency: 'EUR', idempotencyKey: orderId })
  if (!wrong.ok) throw new Error(wrong.code)
  await engine.book.bindIntent(orderId, wrong.value.intentId)
  expect(await advanceOrder(engine, orderId)).toMatchObject({ kind: 'stuck' })
  expect(await hands.read(orderId)).toMatchObject({ state: 'PAYING' })
  expect(await engine.violations()).toContainEqual(expect.stringContaining('paid means sold'))
})
