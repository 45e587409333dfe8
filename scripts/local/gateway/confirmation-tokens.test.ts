import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TestGateway } from './test-gateway.ts'

let gateway: TestGateway

beforeEach(async () => {
  gateway = await TestGateway.start()
})

afterEach(() => gateway.stop())

const CARD = { number: '4242424242424242', exp_month: '12', exp_year: '2034', cvc: '123' }

/** What the stand-in for Stripe.js sends from a browser. */
function send(card: Partial<typeof CARD> = {}, key = 'pk_test_browser'): Promise<Response> {
  const fields = Object.entries({ ...CARD, ...card }).map(([name, value]) => [`payment_method_data[card][${name}]`, value])
  const body = new URLSearchParams([['key', key], ['payment_method_data[type]', 'card'], ...fields])
  return fetch(`${gateway.url}/v1/confirmation_tokens`, { method: 'POST', body })
}

const tokenFor = async (number: string) => ((await (await send({ number })).json()) as { id: string }).id
const confirm = (id: string, confirmation_token: string, more = {}) =>
  gateway.stripe.paymentIntents.confirm(id, { confirmation_token, return_url: 'http://shop.test/back', ...more })

test('a browser gets a token for a card, of any page, and the token pays once', async () => {
  const response = await send()
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
  const token = (await response.json()) as { id: string }
  expect(token).toMatchObject({ object: 'confirmation_token', payment_intent: null, payment_method_preview: { card: { last4: '4242' } } })
  expect(JSON.stringify(token)).not.toMatch(/4242424242424242|pm_card/)

  const [first, second] = [await gateway.create(), await gateway.create()]
  expect(await confirm(first.id, token.id)).toMatchObject({ status: 'succeeded' })
  await expect(confirm(second.id, token.id)).rejects.toMatchObject({ statusCode: 400, param: 'confirmation_token' })
  expect(await gateway.stripe.confirmationTokens.retrieve(token.id)).toMatchObject({ payment_intent: first.id, expires_at: null })
  expect(await gateway.successes()).toHaveLength(1)
})

test('one token on twenty intents at once pays one of them', async () => {
  const token = await tokenFor(CARD.number)
  const intents = await Promise.all(Array.from({ length: 20 }, () => gateway.create()))
  const answers = await Promise.allSettled(intents.map(({ id }) => confirm(id, token)))
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(await gateway.successes()).toHaveLength(1)
})

test('a token of a card that is declined is spent, and another pays', async () => {
  const { id } = await gateway.create()
  const token = await tokenFor('4000000000009995')
  await expect(confirm(id, token)).rejects.toMatchObject({ decline_code: 'insufficient_funds' })
  await expect(confirm(id, token)).rejects.toMatchObject({ param: 'confirmation_token' })
  expect(await confirm(id, await tokenFor('5555555555554444'))).toMatchObject({ status: 'succeeded' })
})

test('a token leaves the step at the bank to Stripe.js unless the request says otherwise', async () => {
  const [shown, sent] = [await gateway.create(), await gateway.create()]
  expect(await confirm(shown.id, await tokenFor('4000002760003184'))).toMatchObject({ next_action: { type: 'use_stripe_sdk' } })
  expect(await confirm(sent.id, await tokenFor('4000002760003184'), { use_stripe_sdk: false })).toMatchObject({
    next_action: { type: 'redirect_to_url' },
  })
})

test('tokens, and that they are spent, survive a crash', async () => {
  const [spent, fresh] = [await tokenFor(CARD.number), await tokenFor(CARD.number)]
  await confirm((await gateway.create()).id, spent)
  await gateway.crash()
  const { id } = await gateway.create()
  await expect(confirm(id, spent)).rejects.toMatchObject({ statusCode: 400 })
  expect(await confirm(id, fresh)).toMatchObject({ status: 'succeeded' })
})

test('the number of a card is written down nowhere', async () => {
  const { id } = await gateway.create()
  await confirm(id, await tokenFor(CARD.number))
  expect(await readFile(path.join(gateway.folder, 'journal'), 'utf8')).not.toContain(CARD.number)
  expect(JSON.stringify(await (await gateway.local('GET', 'books')).json())).not.toContain(CARD.number)
})

test.each([
  ['a card that is no test card', () => send({ number: '4111111111111111' }), 402],
  ['a number that is none', () => send({ number: 'four' }), 400],
  ['a year that is none', () => send({ exp_year: 'x' }), 400],
  ['no key', () => send({}, ''), 401],
  ['a secret key in a browser', () => send({}, 'sk_test_gateway'), 401],
])('%s gets no token', async (_what, ask, status) => {
  expect((await ask()).status).toBe(status)
})

test('a server makes a test token of a test payment method, and a stranger does not', async () => {
  const token = await gateway.stripe.testHelpers.confirmationTokens.create({ payment_method: 'pm_card_visa' })
  expect(await confirm((await gateway.create()).id, token.id)).toMatchObject({ status: 'succeeded' })
  const stranger = gateway.client('sk_test_other').testHelpers.confirmationTokens.create({ payment_method: 'pm_card_visa' })
  await expect(stranger).rejects.toMatchObject({ statusCode: 401 })
})

test('the stand-in for Stripe.js is a script that any page may load', async () => {
  const response = await fetch(`${gateway.url}/_local/stripe.js`)
  expect(response.headers.get('content-type')).toContain('text/javascript')
  const page: Record<string, unknown> = {}
  new Function('window', await response.text())(page)
  expect(page.Stripe).toBeTypeOf('function')
})
