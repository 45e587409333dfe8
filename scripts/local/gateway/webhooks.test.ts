import http from 'node:http'
import type { AddressInfo } from 'node:net'
import Stripe from 'stripe'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually } from '#/drill/engine/eventually.ts'
import { TestGateway } from './test-gateway.ts'

const SECRET = 'whsec_for_a_test'

let gateway: TestGateway
let shop: http.Server
let taken: Stripe.Event[]
/** What the shop answers; a test may change it. */
let answer: () => number

beforeEach(async () => {
  taken = []
  answer = () => 200
  shop = http.createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const event = Stripe.webhooks.constructEvent(Buffer.concat(chunks), String(request.headers['stripe-signature']), SECRET)
    const status = answer()
    if (status === 200) taken.push(event)
    response.writeHead(status).end()
  })
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
  const { port } = shop.address() as AddressInfo
  gateway = await TestGateway.start(['--webhook-url', `http://127.0.0.1:${port}/hook`, '--webhook-secret', SECRET])
})

afterEach(async () => {
  await gateway.stop()
  shop.closeAllConnections()
  await new Promise((resolve) => shop.close(resolve))
})

const types = () => taken.map(({ type }) => type)
const told = (...expected: string[]) =>
  eventually(`told of ${expected}`, async () => expected.every((type) => types().includes(type as never)))
const misbehave = (rules: unknown) => gateway.local('POST', 'webhook-faults', rules)
const objectIds = () => taken.map(({ data }) => (data.object as { id: string }).id)
const refund = (payment_intent: string) => gateway.stripe.refunds.create({ payment_intent })

test('every change is an event that can be listed, found and asked for by type', async () => {
  const declined = await gateway.create()
  await gateway.confirm(declined.id, 'pm_card_chargeDeclined').catch(() => {})
  await gateway.confirm(declined.id, 'pm_card_authenticationRequired')
  await gateway.stripe.paymentIntents.cancel(declined.id)
  const paid = await gateway.pay('pm_card_refundFail')
  await refund(paid.id)
  await gateway.local('POST', 'refunds/settle')
  const slow = await gateway.pay('pm_local_processing')
  await gateway.local('POST', 'payments/settle')
  expect(await gateway.stripe.paymentIntents.retrieve(slow.id)).toMatchObject({ status: 'succeeded' })

  const events = await gateway.stripe.events.list({ limit: 100 })
  expect(events.data.map(({ type }) => type).reverse()).toEqual([
    'payment_intent.created',
    'payment_intent.payment_failed',
    'charge.failed',
    'payment_intent.requires_action',
    'payment_intent.canceled',
    'payment_intent.created',
    'payment_intent.succeeded',
    'charge.succeeded',
    'charge.refunded',
    'refund.created',
    'refund.updated',
    'refund.failed',
    'payment_intent.created',
    'payment_intent.processing',
    'payment_intent.succeeded',
    'charge.succeeded',
  ])
  const failed = await gateway.stripe.events.list({ type: 'refund.failed' })
  expect(failed.data).toMatchObject([{ data: { object: { payment_intent: paid.id, status: 'failed' } } }])
  expect(await gateway.stripe.events.retrieve(failed.data[0]?.id ?? '')).toMatchObject({ type: 'refund.failed' })
  await expect(gateway.stripe.events.retrieve('evt_nobody')).rejects.toMatchObject({ statusCode: 404 })
})

test('the endpoint is told with a signature that Stripe’s own SDK believes, of the object as it was then', async () => {
  const { id } = await gateway.pay()
  await told('payment_intent.succeeded')
  expect(taken).toMatchObject([{ object: 'event', data: { object: { id, status: 'succeeded', metadata: { orderId: 'o1' } } } }])
  await eventually('nothing is waiting', async () => (await gateway.stripe.events.list()).data.every((one) => one.pending_webhooks === 0))
})

test('an endpoint that does not answer with a 2xx is told again until it does', async () => {
  let tries = 0
  answer = () => {
    tries += 1
    return [500, 302, 404][tries - 1] ?? 200
  }
  await gateway.pay()
  await told('payment_intent.succeeded')
  expect(tries).toBe(4)
})

test('what the endpoint was not told survives a crash of the gateway', async () => {
  answer = () => 503
  const { id } = await gateway.pay()
  await gateway.crash()
  answer = () => 200
  await told('payment_intent.succeeded')
  expect(objectIds()).toEqual([id])
})

test('a webhook that is missing is never sent, and those after it are', async () => {
  await misbehave([{ type: 'payment_intent.succeeded', missing: true, times: 1 }])
  await gateway.pay()
  const { id } = await gateway.pay()
  await told('payment_intent.succeeded')
  expect(objectIds()).toEqual([id])
})

test('a webhook that is duplicated arrives as often as was asked for', async () => {
  await misbehave([{ copies: 3, times: 1 }])
  await gateway.pay()
  await eventually('three copies', async () => taken.length === 3)
  expect(new Set(taken.map(({ id }) => id)).size).toBe(1)
})

test('a webhook that is late arrives after those that happened later', async () => {
  await misbehave([{ delayMs: 600, times: 1 }])
  const [late, early] = [await gateway.pay(), await gateway.pay()]
  await eventually('both', async () => taken.length === 2)
  expect(objectIds()).toEqual([early.id, late.id])
})

test('webhooks arrive out of order: one waits until others have, or until it is let go', async () => {
  await misbehave([{ behind: 2, times: 1 }])
  const payments = [await gateway.pay(), await gateway.pay(), await gateway.pay()]
  await eventually('all', async () => taken.length === 3)
  expect(objectIds().at(-1)).toBe(payments[0]?.id)

  await misbehave([{ behind: 2, times: 1 }])
  const { id } = await gateway.pay()
  await gateway.local('DELETE', 'faults')
  await eventually('let go', async () => objectIds().includes(id))
})
