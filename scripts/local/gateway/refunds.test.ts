import { afterEach, beforeEach, expect, test } from 'vitest'
import { TestGateway } from './test-gateway.ts'

let gateway: TestGateway

beforeEach(async () => {
  gateway = await TestGateway.start()
})

afterEach(() => gateway.stop())

const refund = (id: string, amount?: number, key?: string) =>
  gateway.stripe.refunds.create(
    { payment_intent: id, ...(amount ? { amount } : {}), metadata: { refundId: 'r1' } },
    key ? { idempotencyKey: key } : {},
  )
const settle = () => gateway.local('POST', 'refunds/settle')

test('money goes back in parts, and never more of it than was captured', async () => {
  const { id } = await gateway.pay()
  expect(await refund(id, 990)).toMatchObject({ status: 'succeeded', amount: 990, payment_intent: id, metadata: { refundId: 'r1' } })
  expect(await gateway.charges()).toMatchObject([{ amount_refunded: 990, refunded: false }])
  await expect(refund(id, 1001)).rejects.toMatchObject({ statusCode: 400, code: 'amount_too_large', param: 'amount' })
  expect(await refund(id)).toMatchObject({ amount: 1000 })
  expect(await gateway.charges()).toMatchObject([{ amount_refunded: 1990, refunded: true }])
  await expect(refund(id, 1)).rejects.toMatchObject({ statusCode: 400, code: 'charge_already_refunded' })
})

test('thirty refunds at once never give back more than was captured', async () => {
  const { id } = await gateway.pay('pm_card_visa', 1000)
  const answers = await Promise.allSettled(Array.from({ length: 30 }, () => refund(id, 300)))
  const given = answers.filter((answer) => answer.status === 'fulfilled').length
  expect(given).toBeGreaterThan(0)
  expect(given).toBeLessThanOrEqual(3)
  const [charge] = await gateway.charges()
  expect(charge?.amount_refunded).toBe(given * 300)
})

test('the same key gives money back once, also after a crash', async () => {
  const { id } = await gateway.pay()
  const first = await refund(id, 500, 'key-1')
  await gateway.crash()
  expect((await refund(id, 500, 'key-1')).id).toBe(first.id)
  expect(await gateway.charges()).toMatchObject([{ amount_refunded: 500 }])
})

test('a refund is found by its id, and among those of its payment', async () => {
  const [{ id }, other] = [await gateway.pay(), await gateway.pay()]
  const made = [await refund(id, 100), await refund(id, 200)]
  await refund(other.id, 300)
  expect(await gateway.stripe.refunds.retrieve(made[0]?.id ?? '')).toMatchObject({ amount: 100 })
  const listed = await gateway.stripe.refunds.list({ payment_intent: id })
  expect(listed.data.map(({ amount }) => amount)).toEqual([200, 100])
  await expect(gateway.stripe.refunds.retrieve('re_nobody')).rejects.toMatchObject({ statusCode: 404 })
})

test('a refund to pm_card_pendingRefund stays pending, and succeeds a while later', async () => {
  const { id } = await gateway.pay('pm_card_pendingRefund')
  const pending = await refund(id, 500)
  expect(pending).toMatchObject({ status: 'pending' })
  await gateway.crash()
  await settle()
  expect(await gateway.stripe.refunds.retrieve(pending.id)).toMatchObject({ status: 'succeeded' })
  expect(await gateway.charges()).toMatchObject([{ amount_refunded: 500 }])
})

test('a refund to pm_card_refundFail fails a while later, and its money may be refunded again', async () => {
  const { id } = await gateway.pay('pm_card_refundFail')
  const doomed = await refund(id)
  expect(doomed).toMatchObject({ status: 'succeeded' })
  await settle()
  expect(await gateway.stripe.refunds.retrieve(doomed.id)).toMatchObject({ status: 'failed', failure_reason: 'expired_or_canceled_card' })
  expect(await gateway.charges()).toMatchObject([{ amount_refunded: 0, refunded: false }])
  await settle()
  expect(await gateway.charges()).toMatchObject([{ amount_refunded: 0 }])
})

test.each([
  ['an unpaid intent', async () => refund((await gateway.create()).id), { statusCode: 400 }],
  ['a payment that does not exist', async () => refund('pi_nobody'), { statusCode: 404, code: 'resource_missing' }],
  [
    'a charge that does not exist',
    async () => gateway.stripe.refunds.create({ charge: 'ch_nobody' }),
    { statusCode: 404, code: 'resource_missing' },
  ],
  ['nothing named', async () => gateway.stripe.refunds.create({ amount: 5 }), { statusCode: 400, param: 'charge' }],
  [
    'an amount of nothing',
    async () => gateway.stripe.refunds.create({ payment_intent: (await gateway.pay()).id, amount: 0 }),
    { statusCode: 400, param: 'amount' },
  ],
] as const)('refuses a refund of %s', async (_what, call, error) => {
  await expect(call()).rejects.toMatchObject(error)
})

test('the books show refunds to whoever has the key', async () => {
  await refund((await gateway.pay()).id, 700)
  expect(await (await gateway.local('GET', 'books')).json()).toMatchObject({ refunds: [{ amount: 700, status: 'succeeded' }] })
})
