import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { SHOPPERS_HOLD_SECONDS } from '#/domain/order-state.ts'
import { answerBank, type GatewayFault } from '#/drill/engine/gateway-desk.ts'
import { ASKING_CARD, DECLINED_CARD, GOOD_CARD, orderHands } from '#/drill/engine/order-hands.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { advanceOrder } from './advance-order.ts'
import { requestCancel } from './request-cancel.ts'
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

/** What a webhook and the shopper's return both do. */
async function hinted(orderId: string): Promise<void> {
  expect(await engine.book.hintOrder(orderId, engine.clock.now())).toBe(true)
  await engine.rest()
}

test('a bank that asks: items are kept, the page knows where to go, and the order is confirmed once its customer was there', async () => {
  const orderId = await hands.atBank()
  const order = await hands.read(orderId)
  expect(order).toMatchObject({ state: 'ACTION_REQUIRED', attempt: 1, actionUrl: await engine.desk.bankUrl(orderId) })
  expect((order.holdUntilMs ?? 0) - engine.clock.now()).toBeLessThanOrEqual(HOLD_MS)
  expect(await engine.counters.findCheckout(orderId)).toMatchObject({ value: { view: { actionUrl: order.actionUrl, cancelling: false } } })
  expect(await hands.freeUnits(orderId)).toBe(1)

  expect(await engine.desk.answerBank(orderId, 'confirm')).toContain(`/orders/${orderId}/return?`)
  await hinted(orderId)
  expect(await hands.read(orderId)).toMatchObject({ state: 'CONFIRMED', attempt: 1, actionUrl: null, holdUntilMs: null })
  expect(await hands.outcomeOf(orderId)).toBe('paid and sold')
})

test('refused at the bank, the order says why and is paid with another card', async () => {
  const orderId = await hands.atBank()
  await engine.desk.answerBank(orderId, 'refuse')
  await hinted(orderId)
  expect(await hands.read(orderId)).toMatchObject({ state: 'DECLINED', reason: 'authentication_failed', actionUrl: null })
  expect(await retryPayment(engine, orderId, GOOD_CARD)).toMatchObject({ ok: true })
  await engine.rest()
  expect(await hands.outcomeOf(orderId)).toBe('paid and sold')
})

test.each(['confirm', 'refuse'] as const)(
  'who never comes back from the bank, having said "%s", is found without a webhook',
  async (said) => {
    const orderId = await hands.atBank()
    await engine.desk.answerBank(orderId, said)
    await engine.later(16_000)
    expect(await hands.read(orderId)).toMatchObject({ state: said === 'confirm' ? 'CONFIRMED' : 'DECLINED' })
  },
)

test('a hint about a bank that has not decided changes nothing', async () => {
  const orderId = await hands.atBank()
  const before = await hands.read(orderId)
  await hinted(orderId)
  expect(await hands.read(orderId)).toEqual(before)
  expect(await engine.book.hintOrder('00000000-0000-4000-8000-000000000000', engine.clock.now())).toBe(false)
})

test('instead of the step another card pays, and the old page of the bank confirms nothing any more', async () => {
  const orderId = await hands.atBank()
  const oldPage = await engine.desk.bankUrl(orderId)
  expect(await retryPayment(engine, orderId, GOOD_CARD)).toMatchObject({ ok: true, value: { state: 'PAYING', actionUrl: null } })
  await engine.rest()
  expect(await hands.read(orderId)).toMatchObject({ state: 'CONFIRMED', attempt: 2 })
  await expect(answerBank(oldPage, 'confirm')).rejects.toThrow('409')
  expect(await hands.outcomeOf(orderId)).toBe('paid and sold')
})

test('a step that was taken a moment before another card was pressed pays, once', async () => {
  const orderId = await hands.atBank()
  await engine.desk.answerBank(orderId, 'confirm')
  expect(await retryPayment(engine, orderId, DECLINED_CARD)).toMatchObject({ ok: true })
  await engine.rest()
  expect(await hands.outcomeOf(orderId)).toBe('paid and sold')
})

test('at the deadline the intent is cancelled first, and the bank cannot charge afterwards', async () => {
  const orderId = await hands.atBank()
  const page = await engine.desk.bankUrl(orderId)
  await engine.desk.goWrong({ match: { operation: 'payment_intents.cancel' }, drop: 'before' })
  await engine.later(HOLD_MS + 1000)
  expect(await hands.read(orderId)).toMatchObject({ state: 'ACTION_REQUIRED' })
  expect(await hands.freeUnits(orderId)).toBe(1)
  await engine.desk.workAgain()
  await engine.later(60_000)
  expect(await hands.read(orderId)).toMatchObject({ state: 'CANCELLED', reason: 'NOT_PAID_IN_TIME' })
  await expect(answerBank(page, 'confirm')).rejects.toThrow('409')
  expect(await hands.outcomeOf(orderId)).toBe('cancelled and given back')
})

test('upkeep asks ever more rarely how it went at the bank, yet never later than the deadline', async () => {
  const orderId = await hands.atBank()
  const started = engine.clock.now()
  const looks: number[] = []
  for (;;) {
    const { state, nextCheckAt, holdUntil } = await engine.db.order.findUniqueOrThrow({ where: { id: orderId } })
    if (state !== 'ACTION_REQUIRED' || !nextCheckAt || !holdUntil) break
    expect(nextCheckAt.getTime()).toBeLessThanOrEqual(holdUntil.getTime())
    looks.push(Math.round((nextCheckAt.getTime() - started) / 1000))
    await engine.later(nextCheckAt.getTime() - engine.clock.now())
  }
  expect(looks).toHaveLength(7)
  expect(looks.at(-1)).toBeLessThanOrEqual(HOLD_MS / 1000)
  expect(await hands.outcomeOf(orderId)).toBe('cancelled and given back')
})

test('card after card that the bank asks about ends at the deadline that the first has set', async () => {
  const orderId = await hands.atBank()
  const { holdUntilMs } = await hands.read(orderId)
  for (let attempt = 2; attempt < 5; attempt += 1) {
    await engine.later(HOLD_MS / 4)
    expect(await retryPayment(engine, orderId, ASKING_CARD)).toMatchObject({ ok: true })
    await engine.rest()
    expect(await hands.read(orderId)).toMatchObject({ state: 'ACTION_REQUIRED', attempt, holdUntilMs })
  }
  await engine.later(HOLD_MS / 4)
  expect(await hands.outcomeOf(orderId)).toBe('cancelled and given back')
})

test('a race of the step at the bank with the deadline never leaves an order paid and cancelled', async () => {
  const orderIds: string[] = []
  for (let n = 0; n < 10; n += 1) orderIds.push(await hands.atBank())
  const late = { ...engine, clock: { sleep: engine.clock.sleep, now: () => engine.clock.now() + HOLD_MS + 1000 } }
  await Promise.all(
    orderIds.flatMap((orderId) => [
      engine.desk.answerBank(orderId, 'confirm').catch(() => 'the bank was too late'),
      ...Array.from({ length: 3 }, () => advanceOrder(late, orderId)),
    ]),
  )
  await engine.later(HOLD_MS + 60_000)
  for (const orderId of orderIds) expect(await hands.outcomeOf(orderId)).toMatch(/^(paid and sold|cancelled and given back)$/)
})

/** How attempt 2 stands when the answer to attempt 1 comes in at last. */
const MEANWHILE = {
  PAYING: (orderId: string) => retryPayment(engine, orderId, GOOD_CARD),
  ACTION_REQUIRED: async (orderId: string) => {
    await retryPayment(engine, orderId, ASKING_CARD)
    await engine.rest()
  },
  DECLINED: async (orderId: string) => {
    await retryPayment(engine, orderId, 'pm_card_visa_chargeDeclinedInsufficientFunds')
    await engine.rest()
  },
  CONFIRMED: async (orderId: string) => {
    await retryPayment(engine, orderId, GOOD_CARD)
    await engine.rest()
  },
  CANCELLED: async (orderId: string) => {
    await requestCancel(engine, orderId, 'BY_SHOPPER')
    await engine.rest()
  },
} as const

test.each(
  Object.keys(MEANWHILE).flatMap((state) => [
    ['was declined', state, DECLINED_CARD],
    ['asks its customer', state, ASKING_CARD],
  ]) as [string, keyof typeof MEANWHILE, string][],
)('the late answer that attempt 1 %s cannot undo that the order is %s by now', async (_, state, card) => {
  const orderId = await hands.allocated(card)
  let answerArrives = () => {}
  const onItsWay = new Promise<void>((resolve) => {
    answerArrives = resolve
  })
  let answered = () => {}
  const asked = new Promise<void>((resolve) => {
    answered = resolve
  })
  const confirm: typeof engine.gateway.confirm = async (...args) => {
    const answer = await engine.gateway.confirm(...args)
    answered()
    await onItsWay
    return answer
  }
  const slow = advanceOrder({ ...engine, gateway: { ...engine.gateway, confirm } }, orderId)
  await asked
  await advanceOrder(engine, orderId)
  await MEANWHILE[state](orderId)
  const before = await hands.read(orderId)
  expect(before).toMatchObject({ state })
  answerArrives()
  await slow
  expect(await hands.read(orderId)).toEqual(before)
  await engine.rest()
})

const FAULTS: [what: string, fault: GatewayFault][] = [
  ['a slow gateway', { match: { operation: 'payment_intents.confirm' }, times: 3, delayMs: 300 }],
  ['replies dropped before the effect', { match: { operation: 'payment_intents.confirm' }, times: 3, drop: 'before' }],
  ['replies dropped after the effect', { match: { operation: 'payment_intents.confirm' }, times: 3, drop: 'after' }],
  ['looks dropped', { match: { operation: 'payment_intents.retrieve' }, times: 5, drop: 'before' }],
  ['a gateway that fails', { match: { operation: 'payment_intents.confirm' }, times: 3, status: 500 }],
]

test.each(FAULTS)('%s: many workers at attempt 1, another card, many workers at attempt 2, and it is charged once', async (_, fault) => {
  for (const card of [DECLINED_CARD, ASKING_CARD]) {
    const orderId = await hands.allocated(card)
    await engine.desk.goWrong(fault)
    await Promise.all([hands.crowd(orderId), hands.crowd(orderId)])
    // How many of the crowd come as far as the fault is chance: who asks while a key is in use is sent away before.
    await engine.desk.workAgain()
    await engine.later(20_000)
    expect(await hands.read(orderId)).toMatchObject({ state: card === DECLINED_CARD ? 'DECLINED' : 'ACTION_REQUIRED', attempt: 1 })
    await engine.desk.goWrong(fault)
    await Promise.all([retryPayment(engine, orderId, GOOD_CARD), hands.crowd(orderId), hands.crowd(orderId)])
    await engine.desk.workAgain()
    await engine.later(20_000)
    await engine.later(40_000)
    expect(await hands.outcomeOf(orderId)).toBe('paid and sold')
    expect(await hands.read(orderId)).toMatchObject({ attempt: 2 })
  }
})

test('money and stock agree with every order of this file', async () => {
  await engine.later(HOLD_MS + 1000)
  expect(await engine.violations()).toEqual([])
})
