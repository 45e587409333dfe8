import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isFinal, STATES_SHOPPERS_TURN } from '#/domain/order-state.ts'
import { checkoutIdFor } from '#/domain/sharding.ts'
import type { Sku } from '#/domain/sku.ts'
import { eventually } from '#/drill/engine/eventually.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import type { Service } from '#/scripts/stack/service.ts'
import { storeServices } from '#/scripts/stack/store-services.ts'
import { placeOrder } from '#/server/orders/place-order.ts'

const PATIENCE_MS = 60_000

/** One in ten is declined, for one in ten the bank asks. */
const CARDS = ['pm_card_chargeDeclined', 'pm_card_authenticationRequired', ...Array<string>(8).fill('pm_card_visa')]

let engine: TestEngine
let workers: Service[]

beforeAll(async () => {
  engine = await startTestEngine()
  const { stack } = engine
  workers = ['one', 'other'].map((name) => {
    const logs = path.join(stack.logs, name)
    mkdirSync(logs)
    // Silent, because they have to be found ready all the same.
    return storeServices({ project: process.cwd(), distDir: '', port: 1, logs, env: { ...stack.env, LOG_LEVEL: 'silent' } }).workers
  })
})
afterAll(() => engine.stop())

/** Presses "Place order" until there is an answer that tells the order's fate, as a shopper would. */
async function buy(unit: Sku, paymentMethod: string): Promise<string | null> {
  const { order } = await engine.placing([[unit, 1]])
  const request = { checkoutId: checkoutIdFor(unit, randomUUID), agreed: order, paymentMethod }
  const press = async () => {
    const placed = await placeOrder(engine, request)
    if (placed.ok) return { orderId: request.checkoutId }
    return placed.code === 'SOLD_OUT' && { orderId: null }
  }
  return eventually('the order is received or refused', press, PATIENCE_MS).then(({ orderId }) => orderId)
}

test('every order that was received reaches its end and is charged once, whatever is killed meanwhile', { timeout: 240_000 }, async () => {
  const unit = await engine.sell({ stock: 50 })
  const { stack, desk } = engine
  await Promise.all(workers.map((worker) => stack.launch(worker)))
  await desk.goWrong(
    { match: { operation: 'payment_intents.confirm' }, times: 5, drop: 'after' },
    { match: { operation: 'payment_intents.create' }, times: 5, status: 500 },
  )
  const buying = Array.from({ length: 80 }, (_, n) => buy(unit, CARDS[n % CARDS.length] ?? 'pm_card_visa'))
  const first = await Promise.race(buying)
  expect(first).not.toBeNull()
  await workers[0]?.kill('SIGKILL')
  await Promise.all([stack.core.kill(), workers[1]?.kill('SIGKILL')])
  await stack.core.start()
  await Promise.all(workers.map((worker) => worker.start()))
  await stack.postgres.kill()
  await stack.postgres.start()

  const received = (await Promise.all(buying)).filter((orderId) => orderId !== null)
  expect(received).toHaveLength(50)
  await eventually(
    'every order is at its end',
    async () => {
      const orders = await Promise.all(received.map((orderId) => engine.book.findOrder(orderId)))
      return orders.every((order) => order && (isFinal(order.state) || STATES_SHOPPERS_TURN.some((state) => state === order.state)))
    },
    PATIENCE_MS,
  )
  expect(await engine.violationsAtRest(PATIENCE_MS)).toEqual([])
  for (const orderId of received) {
    const order = await engine.book.findOrder(orderId)
    expect(['CONFIRMED', 'DECLINED', 'ACTION_REQUIRED']).toContain(order?.state)
    expect((await desk.accountOf(orderId)).charges).toBe(order?.state === 'CONFIRMED' ? 1 : 0)
  }
  const confirmed = await engine.db.order.count({ where: { state: 'CONFIRMED' } })
  const areSent = async () => (await engine.db.sentMail.count({ where: { kind: 'receipt' } })) === confirmed
  await eventually('every receipt was sent', areSent, PATIENCE_MS)
})
