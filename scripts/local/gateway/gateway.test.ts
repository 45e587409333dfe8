import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import Stripe from 'stripe'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ReadyProcess, spawnReady, stopProcess } from '../../stack/spawn-ready.ts'
import { answerRequest, UnderWay } from './answer-request.ts'
import { Books } from './books.ts'
import type { FaultRule } from './faults.ts'
import { findOperation } from './operations.ts'

const KEY = 'sk_test_gateway'

/** The SDK sends a request whose connection was closed once more by itself, whatever its retries are set to. */
const CLOSED_TWICE = 2

let folder: string
let gateway: ReadyProcess
let stripe: Stripe

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'gateway-'))
  await start()
})

afterEach(async () => {
  await stopProcess(gateway.child, 'SIGTERM', 5000)
  await rm(folder, { recursive: true })
})

async function start(): Promise<void> {
  const args = ['scripts/local/gateway/main.ts', '--port', '0', '--data', path.join(folder, 'journal'), '--key', KEY]
  gateway = await spawnReady(process.execPath, args, { ready: /listening on http:\/\/127\.0\.0\.1:(\d+)/, timeoutMs: 10_000 })
  const [, port = ''] = gateway.match
  stripe = new Stripe(KEY, { host: '127.0.0.1', port, protocol: 'http', maxNetworkRetries: 0, timeout: 5000 })
}

function local(method: string, name: string, body?: unknown): Promise<Response> {
  return fetch(`http://127.0.0.1:${gateway.match[1]}/_local/${name}`, {
    method,
    headers: { authorization: `Bearer ${KEY}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

const goWrong = (rules: Partial<FaultRule>[]) => local('POST', 'faults', rules)
const create = (key?: string, amount = 1990) =>
  stripe.paymentIntents.create(
    { amount, currency: 'eur', allowed_payment_method_types: ['card'], metadata: { orderId: 'o1' } },
    key ? { idempotencyKey: key } : {},
  )
const confirm = (id: string, card = 'pm_card_visa', key?: string) =>
  stripe.paymentIntents.confirm(id, { payment_method: card }, key ? { idempotencyKey: key } : {})
const successes = async () => (await stripe.charges.list({ limit: 100 })).data.filter((charge) => charge.status === 'succeeded')

test('an intent charges nothing until it is confirmed, and then its amount, once', async () => {
  const intent = await create()
  expect(intent).toMatchObject({ status: 'requires_payment_method', amount: 1990, amount_received: 0, metadata: { orderId: 'o1' } })
  expect(await successes()).toHaveLength(0)

  expect(await confirm(intent.id)).toMatchObject({ status: 'succeeded', amount_received: 1990 })
  expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: 'succeeded' })
  expect(await successes()).toMatchObject([
    { amount: 1990, payment_intent: intent.id, payment_method_details: { card: { last4: '4242' } } },
  ])
})

test.each([
  ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
  ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
  ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
])('%s is a card error that says why, and another card may follow', async (card, code, decline_code) => {
  const intent = await create()
  await expect(confirm(intent.id, card)).rejects.toMatchObject({
    constructor: Stripe.errors.StripeCardError,
    statusCode: 402,
    code,
    decline_code,
  })
  expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: 'requires_payment_method', last_payment_error: { code } })
  expect(await confirm(intent.id, 'pm_card_mastercard')).toMatchObject({ status: 'succeeded', last_payment_error: null })
})

test('a card that wants its holder leaves the intent waiting for an action', async () => {
  const intent = await create()
  expect(await confirm(intent.id, 'pm_card_authenticationRequired')).toMatchObject({ status: 'requires_action' })
})

test('a cancelled intent can never be charged, and a charged one never cancelled', async () => {
  const cancelled = await create()
  expect(await stripe.paymentIntents.cancel(cancelled.id)).toMatchObject({ status: 'canceled' })
  await expect(confirm(cancelled.id)).rejects.toMatchObject({ statusCode: 400, code: 'payment_intent_unexpected_state' })

  const paid = await create()
  await confirm(paid.id)
  await expect(stripe.paymentIntents.cancel(paid.id)).rejects.toMatchObject({ statusCode: 400, code: 'payment_intent_unexpected_state' })
  await expect(confirm(paid.id)).rejects.toMatchObject({ payment_intent: { status: 'succeeded' } })
})

test('twenty confirms of one intent at once make one charge', async () => {
  await goWrong([{ match: { operation: 'payment_intents.confirm' }, delayMs: 100, times: 1 }])
  const intent = await create()
  const answers = await Promise.allSettled(Array.from({ length: 20 }, () => confirm(intent.id)))
  expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1)
  expect(await successes()).toHaveLength(1)
})

test('the same key replays the first answer, a decline as well as a success', async () => {
  const first = await create('key-1')
  const again = await create('key-1')
  expect(again.id).toBe(first.id)
  expect(again.lastResponse.headers['idempotent-replayed']).toBe('true')

  for (const _time of ['first', 'again']) {
    await expect(confirm(first.id, 'pm_card_chargeDeclined', 'key-2')).rejects.toMatchObject({ code: 'card_declined' })
  }
  expect((await stripe.charges.list()).data).toHaveLength(1)
})

test('the same key with other parameters is refused', async () => {
  await create('key-1')
  await expect(create('key-1', 2990)).rejects.toMatchObject({ constructor: Stripe.errors.StripeIdempotencyError, statusCode: 400 })
})

test('a key that is still being worked on is refused', async () => {
  await goWrong([{ delayMs: 300, times: 1 }])
  const [slow, fast] = await Promise.allSettled([create('key-1'), create('key-1')])
  const refused = [slow, fast].filter((answer) => answer.status === 'rejected')
  expect(refused).toMatchObject([{ reason: { statusCode: 409, code: 'idempotency_key_in_use' } }])
  expect(await create('key-1')).toMatchObject({ amount: 1990 })
})

test('what was refused before it began is not kept under its key', async () => {
  await expect(create('key-1', 10)).rejects.toMatchObject({ statusCode: 400, code: 'amount_too_small' })
  expect(await create('key-1')).toMatchObject({ amount: 1990 })
})

test('a 500 is kept under its key, a 503 and a 429 are not', async () => {
  await goWrong([
    { status: 500, times: 1 },
    { status: 503, times: 1 },
    { status: 429, times: 1 },
  ])
  await expect(create('five')).rejects.toMatchObject({ statusCode: 500 })
  await expect(create('busy')).rejects.toMatchObject({ statusCode: 503 })
  await expect(create('fast')).rejects.toMatchObject({ statusCode: 429 })
  await expect(create('five')).rejects.toMatchObject({ statusCode: 500 })
  expect(await create('busy')).toMatchObject({ status: 'requires_payment_method' })
  expect(await create('fast')).toMatchObject({ status: 'requires_payment_method' })
})

test('a reply that is lost after the effect is found again under the same key, and charges once', async () => {
  const intent = await create()
  await goWrong([{ match: { operation: 'payment_intents.confirm' }, drop: 'after', times: CLOSED_TWICE }])
  await expect(confirm(intent.id, 'pm_card_visa', 'key-1')).rejects.toMatchObject({ constructor: Stripe.errors.StripeConnectionError })
  expect(await confirm(intent.id, 'pm_card_visa', 'key-1')).toMatchObject({ status: 'succeeded' })
  expect(await successes()).toHaveLength(1)
})

test('a request that is lost before the effect has none', async () => {
  const intent = await create()
  await goWrong([{ match: { operation: 'payment_intents.confirm' }, drop: 'before', times: CLOSED_TWICE }])
  await expect(confirm(intent.id)).rejects.toMatchObject({ constructor: Stripe.errors.StripeConnectionError })
  expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: 'requires_payment_method' })
})

test('what was answered survives kill -9, keys included', async () => {
  const intent = await create('key-1')
  await confirm(intent.id, 'pm_card_visa', 'key-2')
  await stopProcess(gateway.child, 'SIGKILL', 1000)
  await start()
  expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: 'succeeded' })
  expect((await create('key-1')).id).toBe(intent.id)
  expect(await confirm(intent.id, 'pm_card_visa', 'key-2')).toMatchObject({ status: 'succeeded' })
  expect(await successes()).toHaveLength(1)
})

test('a key is forgotten after a day', async () => {
  let now = Date.parse('2026-01-01T00:00:00Z')
  const books = await Books.open(path.join(folder, 'other-journal'), () => now)
  const request = { method: 'POST', path: '/v1/payment_intents', body: 'amount=1990&currency=eur', idempotencyKey: 'key-1' }
  const send = async () => {
    const operation = findOperation(books, () => now, request.method, request.path, new URLSearchParams())
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
  ['another key', () => new Stripe('sk_test_other', options()).paymentIntents.retrieve('pi_1'), { statusCode: 401 }],
  ['an unknown intent', () => stripe.paymentIntents.retrieve('pi_nobody'), { statusCode: 404, code: 'resource_missing' }],
  [
    'an unknown parameter',
    () => stripe.rawRequest('POST', '/v1/payment_intents', { amount: 100, currency: 'eur', magic: 1 }),
    { code: 'parameter_unknown', param: 'magic' },
  ],
  ['an amount below the minimum', () => create(undefined, 49), { statusCode: 400, code: 'amount_too_small' }],
  [
    'a currency it does not take',
    () => stripe.paymentIntents.create({ amount: 100, currency: 'xxx' }),
    { statusCode: 400, param: 'currency' },
  ],
  [
    'a body that is too large',
    () => stripe.paymentIntents.create({ amount: 100, currency: 'eur', description: 'x'.repeat(70_000) }),
    { statusCode: 413 },
  ],
  ['an endpoint it does not have', () => stripe.customers.list(), { statusCode: 404 }],
] as const)('refuses %s', async (_what, call, error) => {
  await expect(call()).rejects.toMatchObject(error)
})

test('an unknown card is refused and charges nothing', async () => {
  const intent = await create()
  await expect(confirm(intent.id, 'pm_card_nonsense')).rejects.toMatchObject({ code: 'resource_missing', param: 'payment_method' })
  expect((await stripe.charges.list()).data).toHaveLength(0)
})

test('its books can be read by whoever has the key', async () => {
  await confirm((await create()).id)
  expect(await (await local('GET', 'books')).json()).toMatchObject({ intents: [{ status: 'succeeded' }], charges: [{ amount: 1990 }] })
  const foreign = await fetch(`http://127.0.0.1:${gateway.match[1]}/_local/books`)
  expect(foreign.status).toBe(401)
})

function options() {
  return { host: '127.0.0.1', port: gateway.match[1] ?? '', protocol: 'http' as const, maxNetworkRetries: 0 }
}
