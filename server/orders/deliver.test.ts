import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { sku } from '#/domain/sku.ts'
import { eventually } from '#/drill/engine/eventually.ts'
import { SHARD } from '#/drill/engine/shelf.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { restock, setPrice } from '../catalog/edit-catalog.ts'
import { openShards } from '../inventory/open-shards.ts'
import { shardKeys, skuKeys } from '../redis/keys.ts'
import { catchUpCounters } from './catch-up-counters.ts'
import { deliverToCore, toJob } from './deliver.ts'
import { TOPIC_LANES } from './order-book.ts'
import { NotDelivered } from './outbox.ts'
import { takeInBatch } from './run-intake.ts'

let engine: TestEngine

beforeAll(async () => {
  engine = await startTestEngine()
})
beforeEach(() => engine.rest())
afterAll(() => engine.stop())

const TOPICS = [...TOPIC_LANES.stock, ...TOPIC_LANES.offers, ...TOPIC_LANES.orders]
const deliver = () => engine.book.relay(TOPICS, 500, (messages) => deliverToCore(engine, messages))

test('messages stay while core is away, and core has caught up once it is back', async () => {
  const unit = await engine.sell({ stock: 10 })
  for (let n = 0; n < 3; n += 1) await restock(engine.db, unit, 1, Date.now())
  await setPrice(engine.db, unit, 15_00, Date.now())
  const before = await engine.db.outboxMessage.count()
  await engine.stack.core.kill()
  await expect(deliver()).rejects.toThrow(NotDelivered)
  expect(await engine.db.outboxMessage.count()).toBe(before)
  await engine.stack.core.start()
  await eventually('delivered', async () => (await deliver()) > 0)
  expect(await engine.counters.available([unit])).toEqual({ ok: true, value: new Map([[unit, 13]]) })
  const offers = await engine.counters.offers([unit])
  expect(offers.ok && offers.value.get(unit)).toMatchObject({ version: 2, priceMinor: 15_00 })
})

test('messages that come late, twice and in any order leave core where Postgres is', async () => {
  const units = [await engine.sell({ stock: 10 }), await engine.sell({ stock: 10 })]
  for (const unit of units) for (let n = 0; n < 4; n += 1) await restock(engine.db, unit, 2, Date.now())
  const messages = units.flatMap((subject) => Array.from({ length: 4 }, () => ({ topic: 'stock.moved' as const, subject })))
  await Promise.all(Array.from({ length: 8 }, (_, n) => deliverToCore(engine, n % 2 ? messages : messages.toReversed())))
  expect(await engine.counters.available(units)).toEqual({ ok: true, value: new Map(units.map((unit) => [unit, 18])) })
})

test('a counter that lost its tail catches up by replay and drops what it still holds', async () => {
  const unit = await engine.sell({ stock: 10 })
  const { stock, held } = skuKeys(unit)
  const placing = await engine.placing([[unit, 4]])
  await engine.counters.place(placing)
  const tail = await engine.core.redis.multi().hgetall(stock).hgetall(held).exec()
  await engine.rest()
  await restock(engine.db, unit, 5, Date.now())
  await engine.rest()
  const [past, holding] = (tail ?? []).map(([, hash]) => hash as Record<string, string>)
  await engine.core.redis
    .multi()
    .hset(stock, past ?? {})
    .hset(held, holding ?? {})
    .exec()
  await catchUpCounters(engine, [unit])
  expect(await engine.core.redis.hgetall(stock)).toEqual({ available: '11', applied: '3' })
  expect(await engine.core.redis.exists(held)).toBe(0)
})

test('a SKU whose movements have a gap holds up no other', async () => {
  const [gapped, sound] = [await engine.sell({ stock: 10 }), await engine.sell({ stock: 10 })]
  for (const unit of [gapped, sound]) await restock(engine.db, unit, 1, Date.now())
  const lost = await engine.db.stockMovement.delete({ where: { sku_version: { sku: gapped, version: 2 } } })
  await deliver()
  expect(await engine.db.outboxMessage.findMany({ select: { subject: true } })).toEqual([{ subject: gapped }])
  expect(await engine.counters.available([gapped, sound])).toMatchObject({
    value: new Map([
      [gapped, 10],
      [sound, 11],
    ]),
  })
  await engine.db.stockMovement.create({ data: lost })
})

test('a core that is ahead of Postgres is fenced, not believed', async () => {
  const unit = await engine.sell()
  await engine.core.redis.hset(skuKeys(unit).stock, 'applied', 7)
  expect(await catchUpCounters(engine, [unit])).toEqual(new Set([unit]))
  expect(await engine.counters.place(await engine.placing([[unit, 1]]))).toEqual({ code: 'NOT_READY' })
  expect(await openShards(engine)).toEqual([SHARD])
})

test('a core that another relay brought further meanwhile is not taken for one that is ahead of Postgres', async () => {
  const unit = await engine.sell({ stock: 10 })
  await restock(engine.db, unit, 1, Date.now())
  let looks = 0
  const book = {
    ...engine.book,
    versionsOf: async (keys: Parameters<typeof engine.book.versionsOf>[0]) => {
      const versions = await engine.book.versionsOf(keys)
      looks += 1
      if (looks > 1) return versions
      await restock(engine.db, unit, 1, Date.now()) // commits, and is delivered, right after this look
      await catchUpCounters(engine, [unit])
      return versions
    },
  }
  expect(await catchUpCounters({ counters: engine.counters, book }, [unit])).toEqual(new Set())
  expect(await engine.counters.available([unit])).toEqual({ ok: true, value: new Map([[unit, 12]]) })
  expect((await engine.counters.place(await engine.placing([[unit, 1]]))).code).toBe('PLACED')
})

test('an older offer never replaces a newer one, in whatever order they arrive', async () => {
  const unit = await engine.sell()
  const [first] = await engine.book.currentOffers([unit])
  if (!first) throw new Error('no offer')
  const versions = [1, 5, 3, 4, 2, 5, 1]
  await Promise.all(versions.map((version) => engine.counters.putOffer({ ...first, version, priceMinor: version * 100 })))
  const offers = await engine.counters.offers([unit])
  expect(offers.ok && offers.value.get(unit)).toMatchObject({ version: 5, priceMinor: 500 })
})

test('an older state never replaces a newer one on the page, and a forgotten checkout stays forgotten', async () => {
  const unit = await engine.sell()
  const { checkoutId, ...placing } = await engine.placing([[unit, 1]])
  await engine.counters.place({ checkoutId, ...placing })
  const { fingerprint } = placing
  const view = (version: number, state: 'PAYING' | 'CONFIRMED') => ({
    version,
    state,
    reason: null,
    holdUntilMs: null,
    actionUrl: null,
    cancelling: false,
    parcels: [],
    refunds: [],
  })
  await Promise.all(
    [view(2, 'PAYING'), view(3, 'CONFIRMED'), view(2, 'PAYING')].map((one) =>
      engine.counters.mirrorOrder(checkoutId, { ...one, fingerprint }),
    ),
  )
  const stored = await engine.counters.findCheckout(checkoutId)
  expect(stored.ok && stored.value?.view).toEqual(view(3, 'CONFIRMED'))
  await engine.core.redis.del(shardKeys(SHARD).checkout(checkoutId))
  await engine.counters.mirrorOrder(checkoutId, { ...view(4, 'CONFIRMED'), fingerprint })
  expect(await engine.counters.findCheckout(checkoutId)).toEqual({ ok: true, value: null })
})

test('a checkout that core has forgotten is not half remembered', async () => {
  const forgotten = randomUUID()
  await engine.counters.mirrorOrder(forgotten, {
    version: 3,
    state: 'CONFIRMED',
    reason: null,
    holdUntilMs: null,
    actionUrl: null,
    cancelling: false,
    parcels: [],
    refunds: [],
    fingerprint: '',
  })
  expect(await engine.core.redis.exists(shardKeys(SHARD).checkout(forgotten))).toBe(0)
})

test('every step of an order is mirrored to its page', async () => {
  const unit = await engine.sell()
  const { checkoutId, ...placing } = await engine.placing([[unit, 1]])
  await engine.counters.place({ checkoutId, ...placing })
  const viewOf = async () => {
    const stored = await engine.counters.findCheckout(checkoutId)
    return stored.ok ? stored.value?.view?.state : undefined
  }
  expect(await viewOf()).toBeUndefined()
  await takeInBatch(engine, SHARD, 1)
  await deliver()
  expect(await viewOf()).toBe('ALLOCATED')
  await engine.rest()
  expect(await viewOf()).toBe('CONFIRMED')
})

test('messages of the queues stand for jobs, and nothing else does', () => {
  const orderId = randomUUID()
  expect(toJob({ topic: 'order.advance', subject: `${orderId}/3` })).toEqual({ name: 'order.advance', payload: { orderId, version: 3 } })
  expect(toJob({ topic: 'pages.prewarm', subject: 'begun/1764460800000' })).toEqual({
    name: 'pages.prewarm',
    payload: { startsAtMs: 1_764_460_800_000, moment: 'begun' },
  })
  expect(toJob({ topic: 'mail.send', subject: `${orderId}/receipt` })).toEqual({ name: 'mail.send', payload: { orderId, kind: 'receipt' } })
  for (const subject of [orderId, `${orderId}/x`, `${orderId}/1/2`, 'x/1', '']) {
    expect(() => toJob({ topic: 'order.advance', subject })).toThrow()
  }
  expect(() => toJob({ topic: 'stock.moved', subject: sku('ITEM1') })).toThrow()
})

test('what was delivered here ends without a trace of doubt', async () => {
  await engine.rest()
  expect(await engine.violations()).toEqual([])
})
