import { afterAll, beforeAll, expect, test } from 'vitest'
import { answerBank } from '#/drill/engine/gateway-desk.ts'
import { CLOSED_TWICE, KEY, TestGateway } from '#/scripts/local/gateway/test-gateway.ts'
import type { PaymentGateway } from './payment-gateway.ts'
import { stripeGateway } from './stripe-gateway.ts'

const RETURN_URL = 'http://shop.test/orders/o1/return'

let server: TestGateway
let gateway: PaymentGateway
let made = 0

beforeAll(async () => {
  server = await TestGateway.start()
  gateway = stripeGateway(KEY, server.url, 20_000)
})

afterAll(() => server.stop())

const newKey = () => `key-${++made}`

async function intent(amountMinor = 2000): Promise<string> {
  const created = await gateway.createIntent({ orderId: 'o1', amountMinor, currency: 'EUR', idempotencyKey: newKey() })
  if (!created.ok) throw new Error(created.code)
  return created.value.intentId
}

const confirm = (id: string, paymentMethod = 'pm_card_visa', through = gateway) =>
  through.confirm(id, { paymentMethod, returnUrl: RETURN_URL, idempotencyKey: newKey() })

test('a card that is good pays the amount of the order, which the gateway names with it', async () => {
  const id = await intent()
  expect(await gateway.retrieve(id)).toEqual({ ok: true, value: { kind: 'unpaid' } })
  const paid = { ok: true, value: { kind: 'succeeded', amountMinor: 2000, currency: 'eur', orderId: 'o1' } }
  expect(await confirm(id)).toEqual(paid)
  expect(await gateway.retrieve(id)).toEqual(paid)
})

test.each([
  ['pm_card_chargeDeclined', 'card_declined'],
  ['pm_card_visa_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
  ['pm_card_chargeDeclinedExpiredCard', 'expired_card'],
])('%s is a value with the reason, and so it is when asked again', async (card, reason) => {
  const id = await intent()
  expect(await confirm(id, card)).toEqual({ ok: true, value: { kind: 'declined', reason } })
  expect(await gateway.retrieve(id)).toEqual({ ok: true, value: { kind: 'declined', reason } })
})

test('a card whose bank asks first says where, and what its holder does there is what is retrieved', async () => {
  const [willing, unwilling] = [await intent(), await intent()]
  for (const [id, word, outcome] of [
    [willing, 'confirm', { kind: 'succeeded' }],
    [unwilling, 'refuse', { kind: 'declined', reason: 'authentication_failed' }],
  ] as const) {
    const asked = await confirm(id, 'pm_card_authenticationRequired')
    if (!asked.ok || asked.value.kind !== 'action-required') throw new Error('nothing was asked for')
    expect(await gateway.retrieve(id)).toEqual(asked)
    expect(await answerBank(asked.value.url, word)).toContain(RETURN_URL)
    expect(await gateway.retrieve(id)).toMatchObject({ ok: true, value: outcome })
  }
})

test('a token of the card form pays once, and a bank that asks first has a page to send the shopper to', async () => {
  const tokenOf = async (card: string) => (await server.stripe.testHelpers.confirmationTokens.create({ payment_method: card })).id
  const [paid, other, asked] = [await intent(), await intent(), await intent()]
  const token = await tokenOf('pm_card_visa')
  expect(await confirm(paid, token)).toMatchObject({ ok: true, value: { kind: 'succeeded' } })
  expect(await confirm(other, token)).toMatchObject({ ok: false, code: 'GATEWAY_REFUSED' })
  expect(await confirm(asked, await tokenOf('pm_card_threeDSecure2Required'))).toMatchObject({
    ok: true,
    value: { kind: 'action-required', url: expect.stringContaining('/_local/bank/') },
  })
})

test('a bank that takes its time is processing, and neither cancelled nor charged twice', async () => {
  const id = await intent()
  expect(await confirm(id, 'pm_local_processing')).toEqual({ ok: true, value: { kind: 'processing' } })
  expect(await gateway.cancel(id)).toEqual({ ok: true, value: { kind: 'processing' } })
  expect(await confirm(id)).toMatchObject({ ok: false, code: 'GATEWAY_REFUSED' })
  await server.local('POST', 'payments/settle')
  expect(await gateway.retrieve(id)).toMatchObject({ ok: true, value: { kind: 'succeeded' } })
})

test('what is cancelled can never be charged, and of what is charged already cancelling says so', async () => {
  const [unpaid, paid] = [await intent(), await intent()]
  await confirm(paid)
  expect(await gateway.cancel(unpaid)).toEqual({ ok: true, value: { kind: 'cancelled' } })
  expect(await gateway.cancel(unpaid)).toEqual({ ok: true, value: { kind: 'cancelled' } })
  expect(await confirm(unpaid)).toMatchObject({ ok: false, code: 'GATEWAY_REFUSED' })
  expect(await gateway.cancel(paid)).toMatchObject({ ok: true, value: { kind: 'succeeded' } })
})

test('a refund whose answer was lost is found by our id, and asked for again under its key gives nothing more back', async () => {
  const id = await intent()
  await confirm(id)
  const refund = { refundId: 'r1', amountMinor: 500, idempotencyKey: newKey() }
  await server.goWrong([{ match: { operation: 'refunds.create' }, drop: 'after', times: CLOSED_TWICE }])
  expect(await gateway.refund(id, refund)).toMatchObject({ ok: false, code: 'GATEWAY_UNKNOWN' })
  const found = await gateway.findRefund(id, 'r1')
  expect(found).toMatchObject({ ok: true, value: { kind: 'succeeded', amountMinor: 500 } })
  expect(await gateway.refund(id, refund)).toEqual(found)
  expect(await gateway.findRefund(id, 'r2')).toEqual({ ok: true, value: null })
  expect((await server.charges())[0]).toMatchObject({ amount_refunded: 500 })
})

test('a refund is found among more than a page of them', async () => {
  const id = await intent(200_00)
  await confirm(id)
  const ids = Array.from({ length: 105 }, (_, n) => `r-${n}`)
  for (const refundId of ids) await gateway.refund(id, { refundId, amountMinor: 1, idempotencyKey: newKey() })
  expect(await gateway.findRefund(id, 'r-0')).toMatchObject({ ok: true, value: { amountMinor: 1 } })
})

test('a refund that is pending, and one that failed, say so', async () => {
  const [slow, failing] = [await intent(), await intent()]
  await confirm(slow, 'pm_card_pendingRefund')
  await confirm(failing, 'pm_card_refundFail')
  const pending = await gateway.refund(slow, { refundId: 'slow', amountMinor: 2000, idempotencyKey: newKey() })
  expect(pending).toMatchObject({ ok: true, value: { kind: 'pending' } })
  await gateway.refund(failing, { refundId: 'failing', amountMinor: 2000, idempotencyKey: newKey() })
  await server.local('POST', 'refunds/settle')
  expect(await gateway.findRefund(slow, 'slow')).toMatchObject({ ok: true, value: { kind: 'succeeded' } })
  expect(await gateway.findRefund(failing, 'failing')).toMatchObject({ ok: true, value: { kind: 'failed' } })
})

test('more than is left is refused, not unknown', async () => {
  const id = await intent()
  await confirm(id)
  const refund = await gateway.refund(id, { refundId: 'r9', amountMinor: 2001, idempotencyKey: newKey() })
  expect(refund).toMatchObject({ ok: false, code: 'GATEWAY_REFUSED' })
})

test.each([
  ['a 500', [{ status: 500 as const, times: 1 }]],
  ['a 503', [{ status: 503 as const, times: 1 }]],
  ['a 429', [{ status: 429 as const, times: 1 }]],
  ['a lost reply', [{ drop: 'after' as const, times: CLOSED_TWICE }]],
  ['a lost request', [{ drop: 'before' as const, times: CLOSED_TWICE }]],
  ['an answer that takes too long', [{ delayMs: 3000, times: 1 }]],
])('%s leaves the outcome unknown, for whoever asks to look it up', async (_what, rules) => {
  const id = await intent()
  await server.goWrong(rules)
  // Only where time is the fault is there little of it.
  const through = rules.some((rule) => 'delayMs' in rule) ? stripeGateway(KEY, server.url, 500) : gateway
  expect(await confirm(id, 'pm_card_visa', through)).toEqual({ ok: false, code: 'GATEWAY_UNKNOWN' })
  await server.local('DELETE', 'faults')
  expect(await gateway.retrieve(id)).toMatchObject({ ok: true })
})
