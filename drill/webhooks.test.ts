import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sku } from '#/domain/sku.ts'
import { sign } from '#/scripts/local/gateway/webhooks.ts'
import { type DrillStore, startDrillStore } from './drill-store.ts'
import { eventually } from './engine/eventually.ts'
import { GatewayDesk } from './engine/gateway-desk.ts'
import { orderedOn, Shopper } from './shopper.ts'

let store: DrillStore
let desk: GatewayDesk

beforeAll(async () => {
  store = await startDrillStore()
  desk = new GatewayDesk(store)
})
afterAll(() => store.stop())

const SECRET = () => store.env.STRIPE_WEBHOOK_SECRET ?? ''
const payloadFor = (orderId: string, rest = '') =>
  JSON.stringify({ data: { object: { object: 'payment_intent', metadata: { orderId } } }, rest })

function post(body: string, signature: string | null): Promise<Response> {
  return fetch(`${store.url}/api/webhooks/stripe`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...(signature === null ? {} : { 'stripe-signature': signature }) },
  })
}

test('what is signed is taken, up to the size of the gateway’s largest event; what is not, is not', async () => {
  const signed = (body: string, atMs = Date.now()) => post(body, sign(body, SECRET(), atMs))
  expect((await signed(payloadFor(randomUUID()))).status).toBe(200)
  expect((await signed(payloadFor(randomUUID(), 'x'.repeat(200_000)))).status).toBe(200)
  expect((await signed('{"data":{"object":{"object":"customer"}}}')).status).toBe(200)
  expect((await signed(payloadFor(randomUUID(), 'x'.repeat(300_000))).catch(() => ({ status: 413 }))).status).toBe(413)
  expect((await signed(payloadFor(randomUUID()), Date.now() - 400_000)).status).toBe(400)
  expect((await post(payloadFor(randomUUID()), null)).status).toBe(400)
  expect((await post(payloadFor(randomUUID()), 't=1,v1=')).status).toBe(400)
  expect((await post(payloadFor(randomUUID()), sign('{}', SECRET(), Date.now()))).status).toBe(400)
  expect((await fetch(`${store.url}/api/webhooks/stripe`)).status).toBe(405)
})

test('a flood of forged webhooks asks the database for nothing, and a real one that comes while it is away is asked for again', async () => {
  await store.postgres.kill()
  try {
    const forged = await Promise.all(
      Array.from({ length: 300 }, (_, n) => post(payloadFor(randomUUID()), n % 2 ? null : sign('{}', `whsec_forged_${n}`, Date.now()))),
    )
    expect(forged.map(({ status }) => status)).toEqual(Array(300).fill(400))
    const body = payloadFor(randomUUID())
    expect((await post(body, sign(body, SECRET(), Date.now()))).status).toBe(503)
  } finally {
    await store.postgres.start()
  }
  const body = payloadFor(randomUUID())
  await eventually('taken', async () => (await post(body, sign(body, SECRET(), Date.now()))).status === 200)
})

test('shoppers confirm at their bank and never come back: each order is paid, once, whichever webhooks are lost, doubled, late or out of order', async () => {
  await store.merchant.offer(sku('USBCABLE'), 20)
  const orders = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const shopper = new Shopper(store.url)
      const card = { paymentMethod: 'pm_card_authenticationRequired' }
      return orderedOn(await shopper.place(await shopper.buy('white-usb-cable'), card)) ?? ''
    }),
  )
  await Promise.all(orders.map((id) => eventually(`the bank asks about ${id}`, () => desk.bankUrl(id).catch(() => null))))
  await desk.webhooksGoWrong({ missing: true, times: 2 }, { copies: 5, times: 2 }, { delayMs: 500, times: 2 }, { behind: 2, times: 2 })
  await Promise.all(orders.map((id) => desk.answerBank(id, 'confirm')))
  await desk.workAgain()
  expect(await store.violationsAtRest()).toEqual([])
  const states = await store.merchant.orderStates()
  expect(orders.map((id) => states.get(id))).toEqual(Array(8).fill('CONFIRMED'))
  for (const id of orders) expect((await desk.accountOf(id)).charges).toBe(1)
})
