import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Sku, sku } from '#/domain/sku.ts'
import { type DrillStore, startDrillStore } from './drill-store.ts'
import { GatewayDesk } from './engine/gateway-desk.ts'
import { until } from './merchant.ts'
import { orderedOn, orderOn, type Page, Shopper } from './shopper.ts'

let store: DrillStore

beforeAll(async () => {
  store = await startDrillStore()
})
afterAll(() => store.stop())

afterEach(async () => {
  expect(await store.violationsAtRest()).toEqual([])
})

const CABLE = { unit: sku('USBCABLE'), slug: 'white-usb-cable' }
const MOUSE = { unit: sku('MOUSE'), slug: 'cordless-mouse' }

type Waiting = { readonly shopper: Shopper; readonly checkout: Page }

/** So many shoppers, each with a filled cart and the checkout open. */
async function queueUp(count: number, { unit, slug }: { unit: Sku; slug: string }): Promise<Waiting[]> {
  await store.merchant.offer(unit, count + 5)
  return Promise.all(
    Array.from({ length: count }, async () => {
      const shopper = new Shopper(store.url)
      return { shopper, checkout: await shopper.buy(slug) }
    }),
  )
}

/** Presses "Place order" on the same page again and again until it led to an order; `refused` hears of each answer that did not. */
async function placeAtLast({ shopper, checkout }: Waiting, refused: (page: Page | null) => void = () => {}): Promise<string> {
  let orderId: string | null = null
  await until('an order was taken', async () => {
    const page = await shopper.place(checkout).catch(() => null)
    orderId = page && orderedOn(page)
    if (orderId === null) refused(page)
    return orderId !== null
  })
  return orderId ?? ''
}

async function statesOf(orderIds: readonly string[]): Promise<(string | undefined)[]> {
  const states = await store.merchant.orderStates()
  return orderIds.map((id) => states.get(id))
}

test('Postgres is stopped: orders are received, their pages and the shop answer, and all are confirmed after it returns', async () => {
  const waiting = await queueUp(20, CABLE)
  await store.postgres.kill()

  const orders = await Promise.all(waiting.map((one) => placeAtLast(one)))
  for (const [i, { shopper }] of waiting.entries()) {
    const page = await shopper.visit(`/orders/${orders[i]}`)
    expect(orderOn(page)).toEqual({ id: orders[i], state: 'RECEIVED' })
    expect(page.text).toContain('Order received')
  }
  const late = new Shopper(store.url)
  for (const path of ['/', '/c/computers', `/p/${CABLE.slug}`]) expect((await late.visit(path)).status).toBe(200)
  orders.push(await placeAtLast({ shopper: late, checkout: await late.buy(CABLE.slug) }))

  await store.postgres.start()
  expect(await store.violationsAtRest()).toEqual([])
  expect(await statesOf(orders)).toEqual(orders.map(() => 'CONFIRMED'))
})

test('workers are killed while 100 orders are in flight: each reaches its end and is charged once', async () => {
  const waiting = await queueUp(100, MOUSE)
  const desk = new GatewayDesk(store)
  // Payments take their time, or all of them might be over between two looks.
  await desk.goWrong({ match: { operation: 'payment_intents.confirm' }, delayMs: 3000 })
  const placing = Promise.all(waiting.map((one) => placeAtLast(one)))
  await until('payments are being taken', async () => [...(await store.merchant.orderStates()).values()].includes('PAYING'))
  await store.workers.kill('SIGKILL')
  const orders = await placing
  await desk.workAgain()
  await store.workers.start()

  expect(await store.violationsAtRest()).toEqual([])
  expect(await statesOf(orders)).toEqual(orders.map(() => 'CONFIRMED'))
})

test('core is killed while 100 orders are placed: who was told "received" has an order, who was not may try again, workers carry on', async () => {
  const waiting = await queueUp(100, CABLE)
  const workers = store.workers.pid()
  const refusals: string[] = []
  let acknowledged = 0
  const place = async (one: Waiting) => {
    const orderId = await placeAtLast(one, (page) => refusals.push(page?.text ?? 'no answer'))
    acknowledged += 1
    return orderId
  }
  const before = waiting.slice(0, 60).map(place)
  await until('some orders are acknowledged', async () => acknowledged >= 10)
  await store.core.kill('SIGKILL')
  const after = waiting.slice(60).map(place)
  await until('somebody was told that it cannot be now', async () => refusals.length > 0)
  expect((await new Shopper(store.url).visit(`/p/${CABLE.slug}`)).status).toBe(200)
  await store.core.start()
  const orders = await Promise.all([...before, ...after])

  for (const text of refusals) {
    expect(text).toMatch(/We cannot take your order right now|We are checking whether your order arrived/)
  }
  expect(new Set(orders).size).toBe(100)
  expect(await store.violationsAtRest()).toEqual([])
  expect(await statesOf(orders)).toEqual(orders.map(() => 'CONFIRMED'))
  expect(store.workers.pid()).toBe(workers)
})

test('the web is killed while orders are placed: the same page pressed again is the same order', async () => {
  const waiting = await queueUp(40, MOUSE)
  const acknowledged: string[] = []
  const placing = Promise.all(waiting.map(async (one) => acknowledged.push(await placeAtLast(one))))
  await until('some orders are acknowledged', async () => acknowledged.length >= 5)
  await store.web.kill('SIGKILL')
  await store.web.start()
  await placing

  expect(new Set(acknowledged).size).toBe(40)
  expect(await store.violationsAtRest()).toEqual([])
  expect(await statesOf(acknowledged)).toEqual(acknowledged.map(() => 'CONFIRMED'))
})

test('the gateway is away: orders wait without a charge, and are paid once it is back', async () => {
  const waiting = await queueUp(5, CABLE)
  await store.gateway.kill()
  const orders = await Promise.all(waiting.map((one) => placeAtLast(one)))
  await until('all wait for payment', async () => (await statesOf(orders)).every((state) => state === 'PAYING'))
  await store.gateway.start()

  expect(await store.violationsAtRest()).toEqual([])
  expect(await statesOf(orders)).toEqual(orders.map(() => 'CONFIRMED'))
})

test('Redis cache and mail are away: the shop sells as before, and receipts follow', async () => {
  const waiting = await queueUp(3, MOUSE)
  await Promise.all([store.cache.kill(), store.mail.kill()])
  const orders = await Promise.all(waiting.map((one) => placeAtLast(one)))
  expect(await store.violationsAtRest()).toEqual([])
  expect(await statesOf(orders)).toEqual(orders.map(() => 'CONFIRMED'))
  await Promise.all([store.cache.start(), store.mail.start()])
  await until('every receipt has arrived', async () => {
    const response = await fetch(`${store.mail.page}/api/messages`)
    const mails = JSON.stringify(await response.json())
    return orders.every((id) => mails.includes(id))
  })
})
