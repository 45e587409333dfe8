import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '#/drill/engine/eventually.ts'
import { orderHands } from '#/drill/engine/order-hands.ts'
import { SHARD } from '#/drill/engine/shelf.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import type { Placing } from '../inventory/stock-counters.ts'
import { shardKeys } from '../redis/keys.ts'
import { requestCancel } from './request-cancel.ts'
import { showOrder } from './show-order.ts'

let engine: TestEngine

beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine.stop())

async function place(): Promise<Placing> {
  const placing = await engine.placing([[await engine.sell(), 2]])
  expect((await engine.counters.place(placing)).code).toBe('PLACED')
  return placing
}

const shownAs = ({ checkoutId, order }: Placing, state: string) => ({
  kind: 'order',
  shown: { orderId: checkoutId, order, view: { state } },
})

test('an order shows from the moment it is received, and the same from core and from Postgres', async () => {
  const placing = await place()
  expect(await showOrder(engine, placing.checkoutId)).toMatchObject(shownAs(placing, 'RECEIVED'))
  await engine.rest()
  const fromCore = await showOrder(engine, placing.checkoutId)
  expect(fromCore).toMatchObject(shownAs(placing, 'CONFIRMED'))
  await engine.core.redis.del(shardKeys(SHARD).checkout(placing.checkoutId))
  expect(await showOrder(engine, placing.checkoutId)).toEqual(fromCore)
})

test('where the bank waits, and that an order is being cancelled, shows the same from core and from Postgres', async () => {
  const orderId = await orderHands(engine).atBank()
  const requested = await requestCancel(engine, orderId, 'BY_SHOPPER')
  if (requested.ok) await engine.counters.mirrorOrder(orderId, requested.value)
  const fromCore = await showOrder(engine, orderId)
  const actionUrl = await engine.desk.bankUrl(orderId)
  expect(fromCore).toMatchObject({ shown: { view: { state: 'ACTION_REQUIRED', actionUrl, cancelling: true } } })
  await engine.core.redis.del(shardKeys(SHARD).checkout(orderId))
  expect(await showOrder(engine, orderId)).toEqual(fromCore)
  await engine.rest()
})

test('an order whose state was kept by an older release still shows', async () => {
  const placing = await place()
  await engine.rest()
  const view = JSON.stringify({ version: 3, state: 'CONFIRMED', reason: null, holdUntilMs: null })
  await engine.core.redis.hset(shardKeys(SHARD).checkout(placing.checkoutId), 'view', view)
  expect(await showOrder(engine, placing.checkoutId)).toMatchObject({ shown: { view: { actionUrl: null, cancelling: false } } })
})

test('what neither knows is unknown', async () => {
  expect(await showOrder(engine, randomUUID())).toEqual({ kind: 'unknown' })
})

test('with Postgres away orders show from core, received and confirmed alike; of others nobody can say', async () => {
  const confirmed = await place()
  await engine.rest()
  const received = await place()
  await engine.stack.postgres.kill()
  expect(await showOrder(engine, confirmed.checkoutId)).toMatchObject(shownAs(confirmed, 'CONFIRMED'))
  expect(await showOrder(engine, received.checkoutId)).toMatchObject(shownAs(received, 'RECEIVED'))
  expect(await showOrder(engine, randomUUID())).toEqual({ kind: 'away' })
  await engine.stack.postgres.start()
  await eventually('Postgres answers', async () => (await showOrder(engine, randomUUID())).kind === 'unknown')
})

test('with core away orders show from Postgres; of what it has not heard nobody can say', async () => {
  const confirmed = await place()
  await engine.rest()
  const received = await place()
  await engine.stack.core.kill()
  expect(await showOrder(engine, confirmed.checkoutId)).toMatchObject(shownAs(confirmed, 'CONFIRMED'))
  expect(await showOrder(engine, received.checkoutId)).toEqual({ kind: 'away' })
  await engine.stack.core.start()
  await eventually('core answers', async () => (await showOrder(engine, received.checkoutId)).kind === 'order')
})

test('what was shown here ends without a trace of doubt', async () => {
  await engine.rest()
  expect(await engine.violations()).toEqual([])
})
