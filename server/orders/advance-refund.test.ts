import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { fail } from '#/domain/result.ts'
import { eventually } from '#/drill/engine/eventually.ts'
import { faultsOf } from '#/drill/engine/gateway-desk.ts'
import { FAILING_REFUND_CARD, merchantHands, PENDING_REFUND_CARD } from '#/drill/engine/merchant-hands.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { stripeGateway } from '../payments/stripe-gateway.ts'
import { advanceRefund } from './advance-refund.ts'

const DAY_MS = 24 * 3600_000

let engine: TestEngine
let merchant: ReturnType<typeof merchantHands>

beforeAll(async () => {
  engine = await startTestEngine()
  merchant = merchantHands(engine)
})
afterEach(() => engine.desk.workAgain())
afterAll(() => engine.stop())

/** A paid order of which one unit of three was given up, and nobody has asked the gateway yet. */
async function asked(paymentMethod = 'pm_card_visa'): Promise<{ orderId: string; refundId: string; amountMinor: number }> {
  const orderId = await merchant.paid([3], { paymentMethod })
  const refundId = randomUUID()
  const answer = await merchant.refund(orderId, merchant.units(0, 1), { refundId })
  if (!answer.ok) throw new Error(answer.code)
  return { orderId, refundId, amountMinor: answer.value.amountMinor }
}

const rowOf = (id: string) => engine.db.refund.findUniqueOrThrow({ where: { id } })

test('however many workers advance a refund at once, it is given back once and told of once', async () => {
  const { orderId, refundId, amountMinor } = await asked()
  for (let round = 0; round < 3; round += 1) await Promise.all(Array.from({ length: 12 }, () => advanceRefund(engine, refundId)))
  const [booked, ...more] = await engine.desk.refundsOf(orderId)
  expect(booked).toMatchObject({ amount: amountMinor, status: 'succeeded', metadata: { refundId } })
  expect(more).toEqual([])
  expect(await rowOf(refundId)).toMatchObject({ state: 'SUCCEEDED', gatewayRefundId: booked?.id, nextCheckAt: null })
  expect(await merchant.mailsOf(orderId)).toEqual([`refunded/${refundId}`])
  const kinds = (await engine.book.history(orderId)).map(({ kind }) => kind)
  expect(kinds.filter((kind) => kind === 'refunded')).toHaveLength(1)
})

test.each(faultsOf('refunds', ['create', 'list']))('%s, over and over, ends in one refund once it stops', async (_, fault) => {
  const { orderId, refundId, amountMinor } = await asked()
  await engine.desk.goWrong(fault)
  for (let round = 0; round < 2; round += 1) await Promise.all([advanceRefund(engine, refundId), advanceRefund(engine, refundId)])
  await engine.later(20_000)
  await engine.desk.workAgain()
  await merchant.settle(orderId)
  expect(await rowOf(refundId)).toMatchObject({ state: 'SUCCEEDED' })
  expect((await engine.desk.refundsOf(orderId)).map(({ amount }) => amount)).toEqual([amountMinor])
})

test('a request that reaches the gateway after those of later looks gives nothing back once more', async () => {
  const { orderId, refundId } = await asked()
  let arrive = () => {}
  const held = new Promise<void>((resolve) => {
    arrive = resolve
  })
  let onTheirWay = 0
  const refund: typeof engine.gateway.refund = async (...request) => {
    onTheirWay += 1
    await held
    return engine.gateway.refund(...request)
  }
  const slow = Array.from({ length: 3 }, () => advanceRefund({ ...engine, gateway: { ...engine.gateway, refund } }, refundId))
  await eventually('all have found none and ask', async () => onTheirWay === 3)
  await engine.later(60_000)
  expect(await rowOf(refundId)).toMatchObject({ checks: 1, state: 'SUCCEEDED' })
  arrive()
  await Promise.all(slow)
  expect(await engine.desk.refundsOf(orderId)).toHaveLength(1)
  expect(await rowOf(refundId)).toMatchObject({ state: 'SUCCEEDED' })
})

test('for a quarter of an hour a refund is asked for under one key, and then under another with each look', async () => {
  const { refundId } = await asked()
  const askedAt = engine.clock.now()
  const keys: { key: string; minutes: number }[] = []
  const refund: typeof engine.gateway.refund = async (_, { idempotencyKey }) => {
    keys.push({ key: idempotencyKey, minutes: (engine.clock.now() - askedAt) / 60_000 })
    return fail('GATEWAY_UNKNOWN')
  }
  const silent = { ...engine, gateway: { ...engine.gateway, refund } }
  await advanceRefund(silent, refundId)
  for (let look = 0; look < 9; look += 1) {
    const { nextCheckAt } = await rowOf(refundId)
    engine.clock.pass((nextCheckAt?.getTime() ?? 0) - engine.clock.now())
    await engine.book.wakeDueRefunds(engine.clock.now(), 1000)
    await advanceRefund(silent, refundId)
  }
  const [first] = keys
  const later = keys.filter(({ key }) => key !== first?.key)
  expect(later[0]?.minutes).toBeGreaterThanOrEqual(15)
  expect(new Set(later.map(({ key }) => key)).size).toBe(later.length)
  await engine.rest()
  expect(await rowOf(refundId)).toMatchObject({ state: 'SUCCEEDED' })
})

test('a worker that dies after it asked leaves a refund that the next one finds, and asks for no other', async () => {
  const { orderId, refundId } = await asked()
  const dying = { ...engine, book: { ...engine.book, settleRefund: () => Promise.reject(new Error('killed')) } }
  await expect(advanceRefund(dying, refundId)).rejects.toThrow('killed')
  // The gateway has forgotten the key by then: only looking under our id tells.
  engine.clock.pass(2 * DAY_MS)
  const refund = () => Promise.reject(new Error('asked for another'))
  expect(await advanceRefund({ ...engine, gateway: { ...engine.gateway, refund } }, refundId)).toEqual({ kind: 'final' })
  expect(await engine.desk.refundsOf(orderId)).toHaveLength(1)
  expect(await rowOf(refundId)).toMatchObject({ state: 'SUCCEEDED' })
})

test('a refund whose job was lost with core is looked at when it is due', async () => {
  const { orderId, refundId } = await asked()
  await engine.db.outboxMessage.deleteMany({ where: { topic: 'refund.advance' } })
  await engine.rest()
  expect(await engine.desk.refundsOf(orderId)).toEqual([])
  await engine.later(16_000)
  expect(await rowOf(refundId)).toMatchObject({ state: 'SUCCEEDED' })
})

test('what the bank takes its time for stays pending, and a hint settles it', async () => {
  const { orderId, refundId } = await asked(PENDING_REFUND_CARD)
  expect(await advanceRefund(engine, refundId)).toEqual({ kind: 'waiting' })
  await engine.rest()
  const stored = await engine.counters.findCheckout(orderId)
  expect(stored.ok && stored.value?.view?.refunds).toMatchObject([{ state: 'PENDING' }])
  await engine.desk.settleRefunds()
  expect(await engine.book.hintRefund(refundId, engine.clock.now())).toBe(true)
  await engine.rest()
  expect(await rowOf(refundId)).toMatchObject({ state: 'SUCCEEDED' })
})

test('one that the bank sends back weeks later is the order’s money again, and a person is told', async () => {
  const orderId = await merchant.paid([2], { paymentMethod: FAILING_REFUND_CARD })
  const refundId = randomUUID()
  await merchant.refund(orderId, { kind: 'all' }, { refundId })
  await engine.rest()
  expect(await merchant.stateOf(orderId)).toBe('REFUNDED')
  await engine.desk.settleRefunds()
  await engine.book.hintRefund(refundId, engine.clock.now())
  await engine.rest()
  expect(await rowOf(refundId)).toMatchObject({ state: 'FAILED' })
  const order = await engine.book.findOrder(orderId)
  expect(order).toMatchObject({ state: 'CONFIRMED', trouble: expect.stringContaining('refund') })
  const { ours, theirs } = await merchant.moneyOf(orderId)
  expect([ours.refundedMinor, theirs.refundedMinor]).toEqual([0, 0])
  // Its units stay given up; only the money is asked for anew.
  expect(await merchant.stockOf(orderId)).toEqual([[2, 0]])
  expect(await merchant.refund(orderId)).toMatchObject({ ok: true, value: { amountMinor: ours.capturedMinor, units: [] } })
  expect(await engine.book.findOrder(orderId)).toMatchObject({ trouble: null })
  await engine.rest()
  expect(await merchant.stateOf(orderId)).toBe('REFUNDED')
  await engine.desk.settleRefunds()
  for (const { id } of await merchant.refundsOf(orderId)) await engine.book.hintRefund(id, engine.clock.now())
  await engine.rest()
})

test('of one that the bank sends back somebody learns, even where the look that was hinted at was lost', async () => {
  const orderId = await merchant.paid([1], { paymentMethod: FAILING_REFUND_CARD })
  const refundId = randomUUID()
  await merchant.refund(orderId, { kind: 'all' }, { refundId })
  await engine.rest()
  expect(await rowOf(refundId)).toMatchObject({ state: 'SUCCEEDED', nextCheckAt: null })
  await engine.book.hintRefund(refundId, engine.clock.now())
  await engine.rest()
  expect(await rowOf(refundId)).toMatchObject({ state: 'SUCCEEDED', nextCheckAt: null })
  await engine.desk.settleRefunds()
  await engine.book.hintRefund(refundId, engine.clock.now())
  await engine.db.outboxMessage.deleteMany({ where: { topic: 'refund.advance' } })
  await engine.later(20_000)
  expect(await rowOf(refundId)).toMatchObject({ state: 'FAILED', nextCheckAt: null })
  expect(await engine.book.findOrder(orderId)).toMatchObject({ trouble: expect.stringContaining('refund') })
})

test('a look that began before a hint does not take the hint for seen', async () => {
  const { refundId } = await asked()
  await advanceRefund(engine, refundId)
  await engine.book.hintRefund(refundId, engine.clock.now())
  const findRefund: typeof engine.gateway.findRefund = async (...args) => {
    const found = await engine.gateway.findRefund(...args)
    engine.clock.pass(1)
    await engine.book.hintRefund(refundId, engine.clock.now())
    return found
  }
  await advanceRefund({ ...engine, gateway: { ...engine.gateway, findRefund } }, refundId)
  expect(await rowOf(refundId)).toMatchObject({ state: 'SUCCEEDED', nextCheckAt: expect.any(Date) })
  await engine.rest()
  expect(await rowOf(refundId)).toMatchObject({ state: 'SUCCEEDED', nextCheckAt: null })
})

test('what the gateway refuses waits for a person, is tried again, and has failed in the end', async () => {
  const { orderId, refundId, amountMinor } = await asked()
  const { refund } = stripeGateway('sk_test_of_somebody_else', engine.stack.gateway.url)
  const refusing = { ...engine, gateway: { ...engine.gateway, refund } }
  for (let n = 0; n < 3; n += 1) expect(await advanceRefund(refusing, refundId)).toMatchObject({ kind: 'stuck' })
  expect(await engine.book.findOrder(orderId)).toMatchObject({ trouble: expect.stringContaining('refuses') })
  expect((await engine.book.history(orderId)).filter(({ kind }) => kind === 'trouble')).toHaveLength(1)
  expect(await merchant.moneyOf(orderId)).toMatchObject({ ours: { refundedMinor: amountMinor } })
  await engine.db.refund.update({ where: { id: refundId }, data: { checks: 10 } })
  expect(await advanceRefund(refusing, refundId)).toEqual({ kind: 'final' })
  expect(await rowOf(refundId)).toMatchObject({ state: 'FAILED' })
  expect(await merchant.moneyOf(orderId)).toMatchObject({ ours: { refundedMinor: 0 } })
})

test('one that was given back, and whose answer and every look after it were lost, is not taken for failed and given back twice', async () => {
  const { orderId, refundId, amountMinor } = await asked()
  await engine.desk.goWrong({ match: { operation: 'refunds.create' }, drop: 'after' })
  expect(await advanceRefund(engine, refundId)).toMatchObject({ kind: 'retry' })
  await engine.desk.workAgain()
  await engine.db.refund.update({ where: { id: refundId }, data: { checks: 10 } })
  const locked = { ...engine, gateway: stripeGateway('sk_test_of_somebody_else', engine.stack.gateway.url) }
  expect(await advanceRefund(locked, refundId)).toMatchObject({ kind: 'stuck' })
  await merchant.settle(orderId)
  expect(await rowOf(refundId)).toMatchObject({ state: 'SUCCEEDED' })
  expect((await engine.desk.refundsOf(orderId)).map(({ amount }) => amount)).toEqual([amountMinor])
})

test('a late "pending" or "failed" never undoes what is settled, and no success follows a failure', async () => {
  const { refundId } = await asked()
  const settle = (kind: 'pending' | 'failed' | 'succeeded') =>
    engine.book.settleRefund(refundId, { kind, gatewayRefundId: `re_${kind}`, nowMs: engine.clock.now() })
  await settle('succeeded')
  await settle('pending')
  expect(await rowOf(refundId)).toMatchObject({ state: 'SUCCEEDED', gatewayRefundId: 're_succeeded' })
  const other = await asked()
  const failing = { kind: 'failed', gatewayRefundId: null, nowMs: engine.clock.now() } as const
  await Promise.all(Array.from({ length: 6 }, () => engine.book.settleRefund(other.refundId, failing)))
  await engine.book.settleRefund(other.refundId, { ...failing, kind: 'succeeded' })
  expect(await rowOf(other.refundId)).toMatchObject({ state: 'FAILED' })
  expect(await merchant.moneyOf(other.orderId)).toMatchObject({ ours: { refundedMinor: 0 } })
})

test('a refund that is none is told from one that fails', async () => {
  expect(await advanceRefund(engine, randomUUID())).toEqual({ kind: 'missing' })
})
