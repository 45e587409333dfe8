import path from 'node:path'
import Stripe from 'stripe'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { answerRequest } from './answer-request.ts'
import { Books } from './books.ts'
import { parseFormBody } from './form-body.ts'
import { findOperation } from './operations.ts'
import { CLOSED_TWICE, TestGateway } from './test-gateway.ts'
import { UnderWay } from './under-way.ts'

let gateway: TestGateway

beforeEach(async () => {
  gateway = await TestGateway.start()
})

afterEach(() => gateway.stop())

test('an intent charges nothing until it is confirmed, and then its amount, once', async () => {
  const intent = await gateway.create()
  expect(intent).toMatchObject({ status: 'requires_payment_method', amount: 1990, amount_received: 0, metadata: { orderId: 'o1' } })
  expect(await gateway.successes()).toHaveLength(0)

  expect(await gateway.confirm(intent.id)).toMatchObject({ status: 'succeeded', amount_received: 1990 })
  expect(await gateway.stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: 'succeeded' })
  expect(await gateway.successes()).toMatchObject([
    { amount: 1990, payment_intent: intent.id, payment_method_details: { card: { last4: '4242' } } },
  ])
})

test.each([
  ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
  ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
  ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
])('%s is a card error that says why, and another card may follow', async (card, code, decline_code) => {
  const intent = await gateway.create()
  await expect(gateway.confirm(intent.id, card)).rejects.toMatchObject({
    constructor: Stripe.errors.StripeCardError,
    statusCode: 402,
    code,
    decline_code,
  })
  expect(await gateway.stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
    status: 'requires_payment_method',
    last_payment_error: { code },
  })
  expect(await gateway.confirm(intent.id, 'pm_card_mastercard')).toMatchObject({ status: 'succeeded', last_payment_error: null })
})

test('a card that wants its holder leaves the intent waiting for an action', async () => {
  const intent = await gateway.create()
  expect(await gateway.confirm(intent.id, 'pm_card_authenticationRequired')).toMatchObject({ status: 'requires_action' })
})

test('a cancelled intent can never be charged, and a charged one never cancelled', async () => {
  const cancelled = await gateway.create()
  expect(await gateway.stripe.paymentIntents.cancel(cancelled.id)).toMatchObject({ status: 'canceled' })
  await expect(gateway.confirm(cancelled.id)).rejects.toMatchObject({ statusCode: 400, code: 'payment_intent_unexpected_state' })

  const paid = await gateway.create()
  await gateway.confirm(paid.id)
  await expect(gateway.stripe.paymentIntents.cancel(paid.id)).rejects.toMatchObject({
    statusCode: 400,
    code: 'payment_intent_unexpected_state',
  })
  await expect(gateway.confirm(paid.id)).rejects.toMatchObject({ payment_intent: { status: 'succeeded' } })
})

test('twenty confirms of one intent at once make one charge', async () => {
  await gateway.goWrong([{ match: { operation: 'payment_intents.confirm' }, delayMs: 100, times: 1 }])
  const intent = await gateway.create()
  const answers = await Promise.allSettled(Array.from({ length: 20 }, () => gateway.confirm(intent.id)))
  expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1)
  expect(await gateway.successes()).toHaveLength(1)
})

test('the same key replays the first answer, a decline as well as a success', async () => {
  const first = await gateway.create('key-1')
  const again = await gateway.create('key-1')
  expect(again.id).toBe(first.id)
  expect(again.lastResponse.headers['idempotent-replayed']).toBe('true')

  for (const _time of ['first', 'again']) {
    await expect(gateway.confirm(first.id, 'pm_card_chargeDeclined', 'key-2')).rejects.toMatchObject({ code: 'card_declined' })
  }
  expect((await gateway.stripe.charges.list()).data).toHaveLength(1)
})

test('the same key with other parameters, or at another endpoint, is refused', async () => {
  const { id } = await gateway.create('key-1')
  await expect(gateway.confirm(id, 'pm_card_visa', 'key-1')).rejects.toMatchObject({ statusCode: 400, type: 'StripeIdempotencyError' })
  await expect(gateway.create('key-1', 2990)).rejects.toMatchObject({ constructor: Stripe.errors.StripeIdempotencyError, statusCode: 400 })
})

test('a key that is still being worked on is refused', async () => {
  await gateway.goWrong([{ delayMs: 300, times: 1 }])
  const [slow, fast] = await Promise.allSettled([gateway.create('key-1'), gateway.create('key-1')])
  const refused = [slow, fast].filter((answer) => answer.status === 'rejected')
  expect(refused).toMatchObject([{ reason: { statusCode: 409, code: 'idempotency_key_in_use' } }])
  expect(await gateway.create('key-1')).toMatchObject({ amount: 1990 })
})

test('what was refused before it began is not kept under its key', async () => {
  await expect(gateway.create('key-1', 10)).rejects.toMatchObject({ statusCode: 400, code: 'amount_too_small' })
  expect(await gateway.create('key-1')).toMatchObject({ amount: 1990 })
})

test('a 500 is kept under its key, a 503 and a 429 are not', async () => {
  await gateway.goWrong([
    { status: 500, times: 1 },
    { status: 503, times: 1 },
    { status: 429, times: 1 },
  ])
  await expect(gateway.create('five')).rejects.toMatchObject({ statusCode: 500 })
  await expect(gateway.create('busy')).rejects.toMatchObject({ statusCode: 503 })
  await expect(gateway.create('fast')).rejects.toMatchObject({ statusCode: 429 })
  await expect(gateway.create('five')).rejects.toMatchObject({ statusCode: 500, headers: { 'idempotent-replayed': 'true' } })
  expect(await gateway.create('busy')).toMatchObject({ status: 'requires_payment_method' })
  expect(await gateway.create('fast')).toMatchObject({ status: 'requires_payment_method' })
})

test('a reply that is lost after the effect is found again under the same key, and charges once', async () => {
  const intent = await gateway.create()
  await gateway.goWrong([{ match: { operation: 'payment_intents.confirm' }, drop: 'after', times: CLOSED_TWICE }])
  await expect(gateway.confirm(intent.id, 'pm_card_visa', 'key-1')).rejects.toMatchObject({
    constructor: Stripe.errors.StripeConnectionError,
  })
  expect(await gateway.confirm(intent.id, 'pm_card_visa', 'key-1')).toMatchObject({ status: 'succeeded' })
  expect(await gateway.successes()).toHaveLength(1)
})

test('a request that is lost before the effect has none', async () => {
  const intent = await gateway.create()
  await gateway.goWrong([{ match: { operation: 'payment_intents.confirm' }, drop: 'before', times: CLOSED_TWICE }])
  await expect(gateway.confirm(intent.id)).rejects.toMatchObject({ constructor: Stripe.errors.StripeConnectionError })
  expect(await gateway.stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: 'requires_payment_method' })
})

test('what was answered survives kill -9, keys included', async () => {
  const intent = await gateway.create('key-1')
  await gateway.confirm(intent.id, 'pm_card_visa', 'key-2')
  await gateway.crash()
  expect(await gateway.stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: 'succeeded' })
  expect((await gateway.create('key-1')).id).toBe(intent.id)
  expect(await gateway.confirm(intent.id, 'pm_card_visa', 'key-2')).toMatchObject({ status: 'succeeded' })
  expect(await gateway.successes()).toHaveLength(1)
})

test('a key is forgotten after a day', async () => {
  let now = Date.parse('2026-01-01T00:00:00Z')
  const books = await Books.open(path.join(gateway.folder, 'other-journal'), () => now)
  const request = { method: 'POST', path: '/v1/payment_intents', body: 'amount=1990&currency=eur', idempotencyKey: 'key-1' }
  const send = async () => {
    const desk = { books, now: () => now, bankUrl: () => '' }
    const operation = findOperation(desk, { ...request, query: new URLSearchParams(), params: parseFormBody(request.body) })
    if (!operation) throw new Error('no such operation')
    const answer = await answerRequest(
      books,
      new UnderWay(),
      () => now,
      operation,
      request,
      async () => {},
    )
    return (answer.body as { id: string }).id
  }
  const first = await send()
  now += 24 * 3600 * 1000 - 1
  expect(await send()).toBe(first)
  now += 1
  expect(await send()).not.toBe(first)
  await books.close()
})

test.each([
  ['another key', () => gateway.client('sk_test_other').paymentIntents.retrieve('pi_1'), { statusCode: 401 }],
  ['an unknown intent', () => gateway.stripe.paymentIntents.retrieve('pi_nobody'), { statusCode: 404, code: 'resource_missing' }],
  [
    'an unknown parameter',
    () => gateway.stripe.rawRequest('POST', '/v1/payment_intents', { amount: 100, currency: 'eur', magic: 1 }),
    { code: 'parameter_unknown', param: 'magic' },
  ],
  ['an amount below the minimum', () => gateway.create(undefined, 49), { statusCode: 400, code: 'amount_too_small' }],
  [
    'a currency it does not take',
    () => gateway.stripe.paymentIntents.create({ amount: 100, currency: 'xxx' }),
    { statusCode: 400, param: 'currency' },
  ],
  [
    'a body that is too large',
    () => gateway.stripe.paymentIntents.create({ amount: 100, currency: 'eur', description: 'x'.repeat(70_000) }),
    { statusCode: 413 },
  ],
  ['an endpoint it does not have', () => gateway.stripe.customers.list(), { statusCode: 404 }],
] as const)('refuses %s', async (_what, call, error) => {
  await expect(call()).rejects.toMatchObject(error)
})

test('an unknown card is refused and charges nothing', async () => {
  const intent = await gateway.create()
  await expect(gateway.confirm(intent.id, 'pm_card_nonsense')).rejects.toMatchObject({ code: 'resource_missing', param: 'payment_method' })
  expect((await gateway.stripe.charges.list()).data).toHaveLength(0)
})

test('its books can be read by whoever has the key', async () => {
  await gateway.confirm((await gateway.create()).id)
  expect(await (await gateway.local('GET', 'books')).json()).toMatchObject({
    intents: [{ status: 'succeeded' }],
    charges: [{ amount: 1990 }],
  })
  const foreign = await fetch(`${gateway.url}/_local/books`)
  expect(foreign.status).toBe(401)
})
