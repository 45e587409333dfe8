import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '#/drill/engine/eventually.ts'
import { SHARD } from '#/drill/engine/shelf.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { restock, setPrice } from '#/server/catalog/edit-catalog.ts'
import { takeInBatch } from '#/server/orders/run-intake.ts'
import { Queues } from '#/server/queues/enqueue.ts'
import { producingConnection } from '#/server/redis/connect.ts'
import { runRelay } from './relay.ts'

let engine: TestEngine

beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine.stop())

test('stock that cannot be delivered holds up neither offers nor the states of orders, however much of it waits', async () => {
  const unit = await engine.sell()
  const placing = await engine.placing([[unit, 1]])
  await restock(engine.db, unit, 1, Date.now())
  await engine.db.outboxMessage.createMany({ data: Array.from({ length: 600 }, () => ({ topic: 'stock.moved', subject: unit })) })
  await engine.counters.place(placing)
  await takeInBatch(engine, SHARD, 1)
  await setPrice(engine.db, unit, 15_00, Date.now())

  const producing = producingConnection(engine.stack.core.url, 'test-queues')
  const queues = new Queues(producing)
  await engine.whileFenced(async () => {
    const lanes = Object.values(runRelay(engine, queues))
    await eventually('the order shows as recorded', async () => {
      const stored = await engine.counters.findCheckout(placing.checkoutId)
      return stored.ok && stored.value?.view?.state === 'ALLOCATED'
    })
    await eventually('the price is another', async () => {
      const offers = await engine.counters.offers([unit])
      return offers.ok && offers.value.get(unit)?.version === 2
    })
    await Promise.all(lanes.map((lane) => lane.stop()))
  })
  await queues.close()
  producing.disconnect()
  expect(await engine.db.outboxMessage.count({ where: { topic: 'stock.moved' } })).toBeGreaterThan(600)
  await engine.rest()
  expect(await engine.counters.available([unit])).toEqual({ ok: true, value: new Map([[unit, 10]]) })
})
