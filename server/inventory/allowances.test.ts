import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ALL_SHARDS, shardOfCode } from '#/domain/sharding.ts'
import type { Sku } from '#/domain/sku.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { healCore } from '../orders/heal-core.ts'
import { customerOf, type PlacedOrder } from '../orders/placed-order.ts'
import { takeInBatch } from '../orders/run-intake.ts'
import { counterKeys } from '../redis/keys.ts'
import { openShards } from './open-shards.ts'
import { placeInLegs } from './place-in-legs.ts'
import { RedisStockCounters } from './redis-stock-counters.ts'
import type { PlaceAnswer, Placing } from './stock-counters.ts'

let engine: TestEngine
let clients: RedisStockCounters[]

beforeAll(async () => {
  engine = await startTestEngine()
  clients = Array.from({ length: 8 }, () => new RedisStockCounters(engine.connectCore()))
})
afterAll(() => engine.stop())

const client = (n: number) => clients[n % clients.length] as RedisStockCounters
const customer = (n: number) => ({ email: `shopper-${n}@example.com` })
const codes = (answers: readonly PlaceAnswer[]) => answers.map((answer) => answer.code)
const count = (answers: readonly PlaceAnswer[], code: PlaceAnswer['code']) => codes(answers).filter((each) => each === code).length
const usedOf = async (key: string) => (await engine.db.allowance.findUnique({ where: { key } }))?.used ?? 0
const ordersWith = (code: string) => engine.db.order.groupBy({ by: ['state'], where: { code }, _count: true, orderBy: { state: 'asc' } })

const want = (unit: Sku, change: Partial<PlacedOrder>, quantity = 1) => engine.placing([[unit, quantity]], change)
const placeAll = (placings: readonly Placing[]) => Promise.all(placings.map((placing, n) => placeInLegs(client(n), placing)))

test('a code that may be used once is used once, however many redeem it at once', async () => {
  const unit = await engine.sell({ stock: 100 })
  await engine.putCode('ONCE', { maxUses: 1 })
  const answers = await placeAll(await Promise.all(Array.from({ length: 80 }, (_, n) => want(unit, { code: 'ONCE', ...customer(n) }))))
  expect([count(answers, 'PLACED'), count(answers, 'USED_UP')]).toEqual([1, 79])
  expect(answers.find((answer) => answer.code === 'USED_UP')).toEqual({ code: 'USED_UP', allowances: ['code:ONCE'] })
  await engine.rest()
  expect(await ordersWith('ONCE')).toMatchObject([{ state: 'CONFIRMED', _count: 1 }])
  expect(await engine.violations()).toEqual([])
})

test('a code that each customer may use twice is used twice by each, whatever the case of the address', async () => {
  const unit = await engine.sell({ stock: 100 })
  await engine.putCode('TWICE', { maxUsesPerCustomer: 2 })
  const emails = ['Ann@Example.com', 'ann@example.com', 'bob@example.com']
  const answers = await placeAll(
    await Promise.all(Array.from({ length: 60 }, (_, n) => want(unit, { code: 'TWICE', email: emails[n % 3] as string }))),
  )
  expect(count(answers, 'PLACED')).toBe(4)
  await engine.rest()
  expect([
    await usedOf(`code:TWICE:${customerOf('ann@example.com')}`),
    await usedOf(`code:TWICE:${customerOf('bob@example.com')}`),
  ]).toEqual([2, 2])
})

test('a customer gets no more of a limited SKU than the limit in all orders together, and nobody else is held up', async () => {
  const unit = await engine.sell({ stock: 100, limitPerCustomer: 3 })
  const own = await placeAll(await Promise.all(Array.from({ length: 40 }, () => want(unit, customer(1)))))
  expect([count(own, 'PLACED'), count(own, 'USED_UP')]).toEqual([3, 37])
  expect((await placeInLegs(client(0), await want(unit, customer(2), 3))).code).toBe('PLACED')
  await engine.rest()
  expect((await placeInLegs(client(0), await want(unit, customer(1)))).code).toBe('USED_UP')
  expect(await engine.violations()).toEqual([])
})

test('who is refused for a code takes no stock, and who is refused for stock uses no code', async () => {
  const [plenty, gone] = [await engine.sell({ stock: 5 }), await engine.sell({ stock: 0 })]
  await engine.putCode('SCARCE', { maxUses: 1 })
  expect((await placeInLegs(client(0), await want(gone, { code: 'SCARCE' }))).code).toBe('SOLD_OUT')
  expect((await placeInLegs(client(0), await want(plenty, { code: 'SCARCE' }))).code).toBe('PLACED')
  expect((await placeInLegs(client(0), await want(plenty, { code: 'SCARCE' }))).code).toBe('USED_UP')
  expect(await engine.counters.available([plenty])).toEqual({ ok: true, value: new Map([[plenty, 4]]) })
  await engine.rest()
})

test('an order that is cancelled gives its code and its customer back what it used', async () => {
  const unit = await engine.sell({ stock: 5, limitPerCustomer: 1 })
  await engine.putCode('BACK', { maxUses: 1, maxUsesPerCustomer: 1 })
  const first = await want(unit, { code: 'BACK', paymentMethod: 'pm_card_chargeDeclined' })
  await placeInLegs(client(0), first)
  await engine.rest()
  expect(codes([await placeInLegs(client(0), await want(unit, { code: 'BACK' }))])).toEqual(['USED_UP'])
  await engine.later(20 * 60_000)
  expect(await engine.book.findOrder(first.checkoutId)).toMatchObject({ state: 'CANCELLED' })
  expect(codes([await placeInLegs(client(0), await want(unit, { code: 'BACK' }))])).toEqual(['PLACED'])
  await engine.rest()
  expect(await engine.violations()).toEqual([])
})

test('what core admits too much is refused by intake before any charge, and its reservation dropped', async () => {
  const unit = await engine.sell({ stock: 20, limitPerCustomer: 2 })
  await engine.putCode('LEAKY', { maxUses: 3 })
  const placings = await Promise.all(Array.from({ length: 10 }, (_, n) => want(unit, { code: 'LEAKY', ...customer(n % 2) })))
  for (const placing of placings) {
    // A core that has lost what was used.
    await engine.core.redis.del(...placing.allowances.map(({ key }) => counterKeys(key).count))
    expect((await placeInLegs(client(0), placing)).code).toBe('PLACED')
  }
  for (const shard of ALL_SHARDS) await takeInBatch(engine, shard, 1)
  await openAnew()
  await engine.rest()
  // In the order of the stream: two may have been placed in the same millisecond.
  const orders = await Promise.all(placings.map(({ checkoutId: id }) => engine.db.order.findUniqueOrThrow({ where: { id } })))
  expect(orders.map((order) => order.reason ?? order.state)).toEqual([
    ...Array(3).fill('CONFIRMED'),
    ...orders.slice(3).map((order) => order.reason ?? 'never confirmed'),
  ])
  for (const order of orders.slice(3)) {
    expect(['CODE_USED_UP', 'CUSTOMER_LIMIT_REACHED']).toContain(order.reason)
    expect(await engine.desk.accountOf(order.id)).toMatchObject({ charges: 0 })
  }
  expect(await engine.violations()).toEqual([])
})

test('a code that was changed or is unknown is CODE_CHANGED, and the new version is what the next is held to', async () => {
  const unit = await engine.sell({ stock: 10 })
  await engine.putCode('MOVING', { value: 1000 })
  const before = await want(unit, { code: 'MOVING' })
  await engine.putCode('MOVING', { value: 500 })
  expect(await placeInLegs(client(0), before)).toEqual({ code: 'CODE_CHANGED' })
  const after = await want(unit, { code: 'MOVING' })
  expect(after.order.discountMinor).toBe(1_00)
  expect((await placeInLegs(client(0), after)).code).toBe('PLACED')
  const unknown = { ...after, checkoutId: after.checkoutId, order: { ...after.order, code: 'NOBODY', codeVersion: 1 } }
  expect((await placeInLegs(client(0), { ...unknown, checkoutId: randomUUID() })).code).toBe('CODE_CHANGED')
  await engine.rest()
})

test('a core that is rebuilt knows what was used, what waiting records use, and nothing of before', async () => {
  const unit = await engine.sell({ stock: 20, limitPerCustomer: 5 })
  await engine.putCode('REBUILT', { maxUses: 10 })
  const buy = async (quantity: number) => placeInLegs(client(0), await want(unit, { code: 'REBUILT', ...customer(7) }, quantity))
  await buy(1)
  await engine.rest()
  await buy(2)
  const stale = counterKeys('code:REBUILT:nobody' as Placing['allowances'][number]['key'])
  await engine.core.redis.hset(stale.count, { available: -5, applied: 3 })
  await openAnew()
  expect(await engine.core.redis.exists(stale.count)).toBe(0)
  const mine = counterKeys(`sku:${unit}:${customerOf(customer(7).email)}` as Placing['allowances'][number]['key'])
  expect(await engine.core.redis.hgetall(mine.count)).toEqual({ available: '-3', applied: '1' })
  expect((await buy(3)).code).toBe('USED_UP')
  expect((await buy(2)).code).toBe('PLACED')
  await engine.rest()
  expect(await engine.violations()).toEqual([])
})

test('an allowance whose messages were lost catches up', async () => {
  const unit = await engine.sell({ stock: 20 })
  await engine.putCode('HEALED', { maxUses: 10 })
  await placeInLegs(client(0), await want(unit, { code: 'HEALED' }))
  for (const shard of ALL_SHARDS) await takeInBatch(engine, shard, 1)
  await engine.db.outboxMessage.deleteMany({ where: { topic: 'allowance.moved' } })
  await engine.rest()
  const { count: counter, held } = counterKeys('code:HEALED' as Placing['allowances'][number]['key'])
  expect(await engine.core.redis.hget(counter, 'applied')).toBeNull()
  await healCore(engine)
  expect(await engine.core.redis.hgetall(counter)).toEqual({ available: '-1', applied: '1' })
  expect(await engine.core.redis.exists(held)).toBe(0)
  expect(await engine.violations()).toEqual([])
})

/** Has every shard that a code may be on rebuilt. */
async function openAnew(): Promise<void> {
  for (const shard of ALL_SHARDS) await engine.counters.fence(shard)
  expect(await openShards(engine)).toContain(shardOfCode('REBUILT'))
}
