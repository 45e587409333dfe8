import { afterEach, beforeEach, expect, test } from 'vitest'
import { TestGateway } from './test-gateway.ts'

const BACK = 'http://shop.test/orders/o1/return?from=bank'

let gateway: TestGateway

beforeEach(async () => {
  gateway = await TestGateway.start()
})

afterEach(() => gateway.stop())

const confirm = (id: string, card = 'pm_card_authenticationRequired') =>
  gateway.stripe.paymentIntents.confirm(id, { payment_method: card, return_url: BACK })

/** An intent whose bank waits for its customer, and where. */
async function sentToBank(card?: string): Promise<{ id: string; url: string }> {
  const { id } = await gateway.create()
  const { status, next_action } = await confirm(id, card)
  expect(status).toBe('requires_action')
  expect(next_action).toMatchObject({ type: 'redirect_to_url', redirect_to_url: { return_url: BACK } })
  return { id, url: next_action?.redirect_to_url?.url ?? '' }
}

const answer = (url: string, word: string) =>
  fetch(url, { method: 'POST', body: new URLSearchParams({ answer: word }), redirect: 'manual' })
const retrieve = (id: string) => gateway.stripe.paymentIntents.retrieve(id)

test.each(['pm_card_authenticationRequired', 'pm_card_threeDSecure2Required'])(
  '%s is charged once its holder confirms at the bank, who is sent back to the shop with what became of it',
  async (card) => {
    const { id, url } = await sentToBank(card)
    expect(await gateway.successes()).toHaveLength(0)
    const page = await (await fetch(url)).text()
    expect(page).toContain('<button name="answer" value="confirm">Confirm payment</button>')
    expect(page).toContain('€19.90')

    const response = await answer(url, 'confirm')
    expect(response.status).toBe(303)
    const back = new URL(response.headers.get('location') ?? '')
    const intent = await retrieve(id)
    expect(`${back.origin}${back.pathname}`).toBe('http://shop.test/orders/o1/return')
    expect(Object.fromEntries(back.searchParams)).toEqual({
      from: 'bank',
      payment_intent: id,
      payment_intent_client_secret: intent.client_secret,
      redirect_status: 'succeeded',
    })
    expect(intent).toMatchObject({ status: 'succeeded', amount_received: 1990, next_action: null })
    expect(await gateway.successes()).toMatchObject([{ payment_intent: id, amount: 1990 }])
  },
)

test('a holder who refuses is not charged, the intent says why, and another card may follow', async () => {
  const { id, url } = await sentToBank()
  const back = new URL((await answer(url, 'refuse')).headers.get('location') ?? '')
  expect(back.searchParams.get('redirect_status')).toBe('failed')
  expect(await retrieve(id)).toMatchObject({
    status: 'requires_payment_method',
    next_action: null,
    last_payment_error: { code: 'payment_intent_authentication_failure' },
  })
  expect(await gateway.charges()).toHaveLength(0)
  expect(await confirm(id, 'pm_card_visa')).toMatchObject({ status: 'succeeded' })
})

test('a bank that asks first may refuse the charge all the same', async () => {
  const { id, url } = await sentToBank('pm_card_authenticationRequiredChargeDeclinedInsufficientFunds')
  expect((await answer(url, 'confirm')).headers.get('location')).toContain('redirect_status=failed')
  expect(await retrieve(id)).toMatchObject({
    status: 'requires_payment_method',
    last_payment_error: { decline_code: 'insufficient_funds' },
  })
})

test('twenty answers to one step at once charge once', async () => {
  const { url } = await sentToBank()
  const answers = await Promise.all(Array.from({ length: 20 }, () => answer(url, 'confirm')))
  expect(answers.filter(({ status }) => status === 303)).toHaveLength(1)
  expect(answers.every(({ status }) => status === 303 || status === 409)).toBe(true)
  expect(await gateway.successes()).toHaveLength(1)
})

test.each([
  ['was confirmed', (url: string) => answer(url, 'confirm'), 'This payment is confirmed already', 1],
  ['was refused', (url: string) => answer(url, 'refuse'), 'This payment was refused already', 0],
  ['was cancelled', (_: string, id: string) => gateway.stripe.paymentIntents.cancel(id), 'This payment was cancelled', 0],
  ['was paid with another card', (_: string, id: string) => confirm(id, 'pm_card_visa'), 'This payment is confirmed already', 1],
  ['waits for another card’s holder', (_: string, id: string) => confirm(id), 'This step is over', 0],
] as const)('the page of a step whose payment %s says so and charges nothing', async (_what, happens, title, charges) => {
  const { id, url } = await sentToBank()
  await happens(url, id)
  for (const response of [await fetch(url), await answer(url, 'confirm'), await answer(url, 'refuse')]) {
    expect(response.status).toBe(409)
    const page = await response.text()
    expect(page).toContain(`<h1>${title}</h1>`)
    expect(page).toContain('Back to the shop')
  }
  expect(await gateway.successes()).toHaveLength(charges)
})

test('a card that follows on one that waits for its holder pays', async () => {
  const { id } = await sentToBank()
  expect(await confirm(id, 'pm_card_visa')).toMatchObject({ status: 'succeeded', next_action: null })
  expect(await gateway.successes()).toHaveLength(1)
})

test('without a way back the step is left to Stripe.js', async () => {
  const { id } = await gateway.create()
  expect(await gateway.confirm(id, 'pm_card_authenticationRequired')).toMatchObject({
    status: 'requires_action',
    next_action: { type: 'use_stripe_sdk' },
  })
})

test('a step outlives a crash of the gateway', async () => {
  const { id, url } = await sentToBank()
  await gateway.crash()
  const moved = new URL(url)
  moved.port = new URL(gateway.url).port
  expect((await fetch(moved)).status).toBe(200)
  expect((await answer(moved.href, 'confirm')).status).toBe(303)
  expect(await retrieve(id)).toMatchObject({ status: 'succeeded' })
})

test('an unknown payment, a page opened without an answer and a nonsense answer change nothing', async () => {
  const { id, url } = await sentToBank()
  expect((await fetch(`${gateway.url}/_local/bank/pi_nobody?step=1`)).status).toBe(404)
  expect((await answer(url, 'maybe')).status).toBe(200)
  expect((await fetch(url)).status).toBe(200)
  expect(await retrieve(id)).toMatchObject({ status: 'requires_action' })
})
