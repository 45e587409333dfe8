import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { AllowanceKey } from '#/domain/allowance.ts'
import type { Sku } from '#/domain/sku.ts'
import { setAside } from '#/drill/engine/set-aside.ts'
import { SHARD } from '#/drill/engine/shelf.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { restock, setPrice } from '../catalog/edit-catalog.ts'
import { takeInBatch } from '../orders/run-intake.ts'
import { codeKey, counterKeys, shardKeys, skuKeys } from '../redis/keys.ts'
import { type DriftKind, driftWords, mendingWords } from './drift.ts'
import { mendDrift } from './mend-drift.ts'
import { placeInLegs } from './place-in-legs.ts'
import { reconcile } from './reconcile.ts'

let engine: TestEngine

beforeAll(async () => {
  engine = await startTestEngine()
})
afterEach(() => engine.rest())
afterAll(() => engine.stop())

/** What stands still for longer than this is no delay: nobody but the test is at work. */
const PATIENCE_MS = 600

async function look(patienceMs = PATIENCE_MS) {
  const found = await reconcile(engine, { patienceMs })
  if (!found.ok) throw new Error(found.code)
  return found.value.drifts
}

const CAUSES: [kind: DriftKind, cause: (unit: Sku) => Promise<unknown>][] = [
  ['COUNTER_DIFFERS', (unit) => engine.core.redis.hincrby(skuKeys(unit).stock, 'available', 3)],
  ['COUNTER_DIFFERS', (unit) => engine.core.redis.hdel(skuKeys(unit).stock, 'available')],
  [
    'RESERVATION_LEAKED',
    (unit) => engine.core.redis.multi().hset(skuKeys(unit).held, randomUUID(), 2).hincrby(skuKeys(unit).stock, 'available', -2).exec(),
  ],
  [
    'CORE_BEHIND',
    async (unit) => {
      await restock(engine.db, unit, 4, Date.now())
      await engine.db.outboxMessage.deleteMany({ where: { subject: unit } })
    },
  ],
  ['CORE_AHEAD', (unit) => engine.core.redis.hset(skuKeys(unit).stock, 'applied', 9)],
  ['COUNTER_MISSING', (unit) => engine.core.redis.del(skuKeys(unit).stock)],
  ['OFFER_DIFFERS', (unit) => engine.core.redis.del(skuKeys(unit).offer)],
  ['OFFER_DIFFERS', (unit) => engine.core.redis.hset(skuKeys(unit).offer, 'price', 1)],
  ['OFFER_DIFFERS', (unit) => engine.core.redis.hset(skuKeys(unit).offer, 'card', '{')],
  ['OFFER_DIFFERS', (unit) => engine.core.redis.hset(skuKeys(unit).offer, 'version', 7)],
  [
    'OFFER_DIFFERS',
    async (unit) => {
      await setPrice(engine.db, unit, 15_00, Date.now())
      await engine.db.outboxMessage.deleteMany({ where: { subject: unit } })
    },
  ],
  ['SHARD_CLOSED', () => engine.counters.fence(SHARD)],
]

test('a leg that nobody can read holds up no reconcile: what it held is found to be held for nobody', async () => {
  const unit = await engine.sell({ stock: 10 })
  const { legs } = shardKeys(SHARD)
  await engine.core.redis.zadd(legs, Date.now(), '{')
  await engine.core.redis.multi().hset(skuKeys(unit).held, randomUUID(), 2).hincrby(skuKeys(unit).stock, 'available', -2).exec()
  const drifts = await look()
  expect(drifts.map((drift) => drift.kind)).toEqual(['RESERVATION_LEAKED'])
  for (const drift of drifts) expect(await mendDrift(engine, drift)).toEqual({ ok: true })
  await engine.core.redis.zrem(legs, '{')
})

test.each(CAUSES)('%s is reported in words before it is mended, mended, and not reported again', async (kind, cause) => {
  const unit = await engine.sell({ stock: 10 })
  await engine.counters.place(await engine.placing([[unit, 1]]))
  await cause(unit)
  const drifts = await look()
  expect(drifts.map((drift) => drift.kind)).toEqual([kind])
  expect(await look()).toEqual(drifts)
  for (const drift of drifts) {
    expect(driftWords(drift, Date.now())).toContain(kind === 'SHARD_CLOSED' ? `shard ${SHARD}` : unit)
    expect(mendingWords(drift)).not.toBeNull()
    expect(await mendDrift(engine, drift)).toEqual({ ok: true })
  }
  expect(await look()).toEqual([])
  await engine.rest()
  expect(await engine.violations()).toEqual([])
})

test('a discount code that core has not heard of, or has otherwise, is reported and put there', async () => {
  await engine.putCode('SPRING')
  const changes = [
    () => engine.core.redis.del(codeKey('SPRING')),
    () => engine.core.redis.hset(codeKey('SPRING'), 'definition', '{}'),
    () => engine.core.redis.hset(codeKey('SPRING'), 'version', 9, 'definition', '{}'),
  ]
  for (const change of changes) {
    await change()
    const [drift, ...others] = await look()
    expect(others).toEqual([])
    expect(drift).toMatchObject({ kind: 'CODE_DIFFERS', key: 'SPRING', version: 1 })
    expect(drift && (await mendDrift(engine, drift))).toEqual({ ok: true })
    expect(await look()).toEqual([])
  }
})

const ALLOWANCE_CAUSES: [kind: DriftKind, cause: (key: AllowanceKey) => Promise<unknown>][] = [
  ['COUNTER_DIFFERS', (key) => engine.core.redis.hincrby(counterKeys(key).count, 'available', 1)],
  ['COUNTER_MISSING', (key) => engine.core.redis.del(counterKeys(key).count)],
  ['CORE_AHEAD', (key) => engine.core.redis.hset(counterKeys(key).count, 'applied', 9)],
  [
    'RESERVATION_LEAKED',
    (key) => {
      const { count, held } = counterKeys(key)
      return engine.core.redis.multi().hset(held, randomUUID(), 1).hincrby(count, 'available', -1).exec()
    },
  ],
]

test.each(ALLOWANCE_CAUSES)(
  '%s of a code that is used a limited number of times is reported, mended, and not reported again',
  async (kind, cause) => {
    const unit = await engine.sell()
    await engine.putCode('TEN', { maxUses: 10 })
    await placeInLegs(engine.counters, await engine.placing([[unit, 1]], { code: 'TEN' }))
    await engine.rest()
    await placeInLegs(engine.counters, await engine.placing([[unit, 1]], { code: 'TEN' }))
    await cause('code:TEN' as AllowanceKey)
    const [drift, ...others] = await look()
    expect(others).toEqual([])
    expect(drift).toMatchObject({ kind, key: 'code:TEN' })
    expect(drift && (await mendDrift(engine, drift))).toEqual({ ok: true })
    expect(await look()).toEqual([])
  },
)

test('a use that leaked of a code that nobody has used yet is found', async () => {
  await engine.putCode('NEW', { maxUses: 3 })
  const { count, held } = counterKeys('code:NEW' as AllowanceKey)
  await engine.core.redis.multi().hset(held, randomUUID(), 1).hincrby(count, 'available', -1).exec()
  const [drift, ...others] = await look()
  expect(others).toEqual([])
  expect(drift).toMatchObject({ kind: 'RESERVATION_LEAKED', key: 'code:NEW', units: 1 })
  if (drift) await mendDrift(engine, drift)
  expect(await look()).toEqual([])
})

test('what was changed by hand in Postgres is reported and left to a person', async () => {
  const [gapped, altered] = [await engine.sell(), await engine.sell()]
  await restock(engine.db, gapped, 1, Date.now())
  await engine.rest()
  const lost = await engine.db.stockMovement.delete({ where: { sku_version: { sku: gapped, version: 1 } } })
  await engine.db.stock.update({ where: { sku: altered }, data: { allocated: 3 } })
  const drifts = await look()
  expect(drifts.map(({ kind, key }) => `${key} ${kind}`).toSorted()).toEqual(
    [`${gapped} MOVEMENTS_DIFFER`, `${gapped} MOVEMENTS_DIFFER`, `${altered} MOVEMENTS_DIFFER`, `${altered} ALLOCATED_DIFFERS`].toSorted(),
  )
  for (const drift of drifts) {
    expect(mendingWords(drift)).toBeNull()
    expect(await mendDrift(engine, drift)).toEqual({ ok: false, code: 'FOR_A_PERSON' })
  }
  await engine.db.stockMovement.create({ data: lost })
  await engine.db.stock.update({ where: { sku: altered }, data: { allocated: 0 } })
  expect(await look()).toEqual([])
})

test('whoever has a reason to hold units is no leak', async () => {
  const unit = await engine.sell({ stock: 100 })
  const letter = await setAside(engine, [[unit, 1]], (record) => record.slice(0, -9))
  await engine.counters.place(await engine.placing([[unit, 2]]))
  await takeInBatch(engine, SHARD, 1) // committed, and core has not heard of it
  await engine.counters.place(await engine.placing([[unit, 3]])) // waits for intake
  const underWay = randomUUID()
  await engine.core.redis
    .multi()
    .hset(skuKeys(unit).held, underWay, 4)
    .hincrby(skuKeys(unit).stock, 'available', -4)
    .zadd(shardKeys(SHARD).legs, Date.now(), JSON.stringify({ c: randomUUID(), r: underWay, k: [unit] }))
    .exec()
  expect((await engine.core.redis.hvals(skuKeys(unit).held)).map(Number).toSorted()).toEqual([1, 2, 3, 4])
  expect((await look(0)).filter(({ kind }) => kind !== 'CORE_BEHIND')).toEqual([])

  await engine.core.redis.del(shardKeys(SHARD).legs)
  const [leak, ...others] = (await look(0)).filter(({ kind }) => kind !== 'CORE_BEHIND')
  expect(others).toEqual([])
  expect(leak).toMatchObject({ kind: 'RESERVATION_LEAKED', reservationId: underWay, units: 4 })
  if (leak) await mendDrift(engine, leak)
  await engine.rest()
  await engine.book.rejectWithoutRow(letter, [unit], Date.now())
  await engine.rest()
  expect(await engine.violations()).toEqual([])
})
