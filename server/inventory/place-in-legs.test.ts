import { createHash, randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ok } from '#/domain/result.ts'
import { ALL_SHARDS, checkoutIdFor, recordingShardOf, type Shard } from '#/domain/sharding.ts'
import type { Sku } from '#/domain/sku.ts'
import { eventually } from '#/drill/engine/eventually.ts'
import { LossyWire } from '#/drill/engine/lossy-wire.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { placeOrder } from '../orders/place-order.ts'
import { takeInBatch } from '../orders/run-intake.ts'
import { Core } from '../redis/core.ts'
import { shardKeys, skuKeys } from '../redis/keys.ts'
import { type Script, scripts } from '../redis/scripts.ts'
import { openShards } from './open-shards.ts'
import { legOf, partsOf } from './parts.ts'
import { placeInLegs } from './place-in-legs.ts'
import { RedisStockCounters } from './redis-stock-counters.ts'
import type { Placing } from './stock-counters.ts'
import { sweepLegs } from './sweep-legs.ts'

let engine: TestEngine
let clients: RedisStockCounters[]
let wire: LossyWire
/** Over the wire that loses replies. */
let far: RedisStockCounters
/** As the clock of core shows it once every deadline of now is over. */
let later: CoreOfLater
let afterwards: RedisStockCounters

class CoreOfLater extends Core {
  override async now(key: string) {
    const now = await super.now(key)
    return now.ok ? ok(now.value + 3_600_000) : now
  }
}

beforeAll(async () => {
  engine = await startTestEngine()
  clients = Array.from({ length: 8 }, () => new RedisStockCounters(engine.connectCore()))
  const lossy = await LossyWire.to(engine.stack.core.url)
  wire = lossy.wire
  far = new RedisStockCounters(engine.connectCore(lossy.url, { reach: lossy.reach }))
  later = new CoreOfLater(engine.stack.core.url, 'test')
  afterwards = new RedisStockCounters(later)
  for (const counters of [far, afterwards]) await eventually('core is reached', async () => (await counters.now(randomUUID())).ok)
})
afterEach(() => wire.loseNothing())
afterAll(async () => {
  wire.close()
  await later.close()
  await engine.stop()
})

const client = (n: number) => clients[n % clients.length] as RedisStockCounters
const [FIRST, SECOND, THIRD] = ALL_SHARDS as [Shard, Shard, Shard]
const sellOn = (shard: Shard, stock: number) => engine.sell({ shard, stock })
const availableOf = async (...units: Sku[]) => {
  const available = await engine.counters.available(units)
  if (!available.ok) throw new Error(available.code)
  return units.map((unit) => available.value.get(unit))
}
const legsLeft = async () =>
  (await Promise.all(ALL_SHARDS.map((shard) => engine.core.redis.zcard(shardKeys(shard).legs)))).reduce((a, b) => a + b)
const waitingOn = (shard: Shard) => engine.core.redis.xlen(shardKeys(shard).orders)
const argument = (text: string) => `$${text.length}\r\n${text}\r\n`
/** A script is sent whole the first time, and then by its hash. */
const callOf = ({ lua }: Script) => [lua.slice(0, 200).split('\n')[1] ?? '', createHash('sha1').update(lua).digest('hex')]

/** A placing of one unit of each, recorded on the shard given. */
async function spanning(units: readonly Sku[], recording: Shard, change: Partial<Placing> = {}): Promise<Placing> {
  const placing = await engine.placing(units.map((unit) => [unit, 1]))
  return { ...placing, checkoutId: idOn(recording), ...change }
}

function idOn(shard: Shard): string {
  for (;;) {
    const id = randomUUID()
    if (recordingShardOf(id) === shard) return id
  }
}

/** A placing that core will soon take for late, by its clock. */
async function hurried(placing: Placing): Promise<Placing> {
  const now = await engine.counters.now(placing.checkoutId)
  if (!now.ok) throw new Error(now.code)
  return { ...placing, deadlineMs: now.value + 300 }
}

async function sweepAll(counters = engine.counters): Promise<void> {
  await eventually('every leg is ended', async () => {
    await sweepLegs(counters)
    return (await legsLeft()) === 0
  })
}

test('a cart across shards is one order: recorded once, where its id says, holding stock on each shard', async () => {
  const units = [await sellOn(FIRST, 5), await sellOn(SECOND, 5), await sellOn(THIRD, 5)]
  for (const recording of [FIRST, SECOND, THIRD]) {
    const placing = await spanning(units, recording)
    expect(await placeInLegs(engine.counters, placing)).toMatchObject({ code: 'PLACED' })
    expect(await waitingOn(recording)).toBe(1)
    expect(await legsLeft()).toBe(0)
    await engine.rest()
    expect(await engine.book.findOrder(placing.checkoutId)).toMatchObject({ state: 'CONFIRMED' })
  }
  expect(await availableOf(...units)).toEqual([2, 2, 2])
  expect(await engine.violations()).toEqual([])
})

test('an order may be recorded on a shard that holds none of its stock', async () => {
  const unit = await sellOn(FIRST, 5)
  const placing = await spanning([unit], THIRD)
  expect(await placeInLegs(engine.counters, placing)).toMatchObject({ code: 'PLACED' })
  await engine.rest()
  expect(await engine.book.findOrder(placing.checkoutId)).toMatchObject({ state: 'CONFIRMED' })
})

test('a cart of one product is placed where it is, in one step', async () => {
  const unit = await sellOn(SECOND, 5)
  expect(recordingShardOf(checkoutIdFor(unit, randomUUID))).toBe(SECOND)
  const placing = await spanning([unit], SECOND)
  expect(partsOf(placing).legs).toEqual([])
})

test('many shoppers with carts across shards never take a unit twice, and whoever is refused leaves nothing behind', async () => {
  const units = [await sellOn(FIRST, 20), await sellOn(SECOND, 15), await sellOn(THIRD, 25)]
  const carts = [units, units.slice(0, 2), units.slice(1), [units[0], units[2]] as Sku[], [units[1] as Sku]]
  const placings = await Promise.all(Array.from({ length: 200 }, (_, n) => spanning(carts[n % carts.length] as Sku[], n % 8)))
  const answers = await Promise.all(placings.map((placing, n) => placeInLegs(client(n), placing)))
  expect(new Set(answers.map((answer) => answer.code))).toEqual(new Set(['PLACED', 'SOLD_OUT']))
  const placed = placings.filter((_, n) => answers[n]?.code === 'PLACED')
  const sold = (unit: Sku) => placed.filter((placing) => placing.order.lines.some((line) => line.sku === unit)).length
  expect(await legsLeft()).toBe(0)
  expect(await availableOf(...units)).toEqual([20, 15, 25].map((stock, i) => stock - sold(units[i] as Sku)))
  await engine.rest()
  expect(await engine.db.order.count({ where: { id: { in: placed.map((placing) => placing.checkoutId) }, state: 'CONFIRMED' } })).toBe(
    placed.length,
  )
  expect(await engine.violations()).toEqual([])
})

test('the same checkout across shards from many tabs at once is one order, also when it takes the last units', async () => {
  const units = [await sellOn(FIRST, 1), await sellOn(SECOND, 1)]
  const { order } = await spanning(units, THIRD)
  const checkoutId = idOn(THIRD)
  const press = (n: number) => placeOrder({ ...engine, counters: client(n) }, { checkoutId, agreed: order, paymentMethod: 'pm_card_visa' })
  const answers = await Promise.all(Array.from({ length: 24 }, (_, n) => press(n)))
  expect(answers.map((answer) => answer.ok)).toEqual(Array(24).fill(true))
  expect(await waitingOn(THIRD)).toBe(1)
  expect(await availableOf(...units)).toEqual([0, 0])
  await engine.rest()
})

test('what one shard refuses, another gives back at once', async () => {
  const [plenty, gone] = [await sellOn(FIRST, 5), await sellOn(SECOND, 0)]
  const placing = await spanning([plenty, gone], THIRD)
  expect(await placeInLegs(engine.counters, placing)).toEqual({ code: 'SOLD_OUT', short: [{ sku: gone, available: 0 }] })
  expect(await availableOf(plenty)).toEqual([5])
  expect(await legsLeft()).toBe(0)
  expect(await engine.counters.findCheckout(placing.checkoutId)).toEqual({ ok: true, value: null })
})

test('a shard that takes no orders makes the cart NOT_READY, and the others keep nothing', async () => {
  const units = [await sellOn(FIRST, 5), await sellOn(SECOND, 5)]
  const placing = await spanning(units, FIRST)
  const leg = await spanning(units, SECOND)
  await engine.counters.fence(SECOND)
  expect(await placeInLegs(engine.counters, placing)).toEqual({ code: 'NOT_READY' })
  expect(await placeInLegs(engine.counters, leg)).toEqual({ code: 'NOT_READY' })
  expect(await availableOf(units[0] as Sku)).toEqual([5])
  await openShards(engine)
  expect(await placeInLegs(engine.counters, { ...placing, reservationId: randomUUID() })).toMatchObject({ code: 'PLACED' })
  await engine.rest()
})

test('legs of a process that died before its order was recorded give back after the deadline, and it can never be recorded', async () => {
  const units = [await sellOn(FIRST, 3), await sellOn(SECOND, 3)]
  const placing = await spanning(units, THIRD)
  expect(await engine.counters.claim(placing)).toEqual({ code: 'CLAIMED' })
  for (const leg of partsOf(placing).legs) expect(await engine.counters.takeLeg(placing, leg)).toMatchObject({ code: 'PLACED' })
  expect(await availableOf(...units)).toEqual([2, 2])
  await sweepAll(afterwards)
  expect(await availableOf(...units)).toEqual([3, 3])
  expect(await engine.counters.place({ ...placing, deadlineMs: placing.deadlineMs + 60_000 })).toEqual({ code: 'VOIDED' })
  expect(await waitingOn(THIRD)).toBe(0)
})

test('a leg that cannot be read holds up none of the others', async () => {
  const units = [await sellOn(FIRST, 3), await sellOn(SECOND, 3)]
  const placing = await spanning(units, THIRD)
  await engine.counters.claim(placing)
  for (const leg of partsOf(placing).legs) await engine.counters.takeLeg(placing, leg)
  const unreadable = [FIRST, THIRD].map((shard) => [shardKeys(shard).legs, '{"k":7}'] as const)
  for (const [legs, entry] of unreadable) await engine.core.redis.zadd(legs, 1, entry)
  expect(await sweepLegs(afterwards)).toBe(2)
  expect(await availableOf(...units)).toEqual([3, 3])
  for (const [legs, entry] of unreadable) await engine.core.redis.zrem(legs, entry)
})

test('legs of a process that died after its order was recorded keep their stock, and intake settles them once', async () => {
  const units = [await sellOn(FIRST, 3), await sellOn(SECOND, 3)]
  const placing = await spanning(units, THIRD)
  await engine.counters.claim(placing)
  for (const leg of partsOf(placing).legs) await engine.counters.takeLeg(placing, leg)
  expect(await engine.counters.place(placing)).toMatchObject({ code: 'PLACED' })
  await sweepAll(afterwards)
  expect(await availableOf(...units)).toEqual([2, 2])
  expect(await engine.counters.voidAttempt(placing)).toEqual({ ok: true, value: 'RECORDED' })
  await engine.rest()
  expect(await availableOf(...units)).toEqual([2, 2])
  expect(await engine.violations()).toEqual([])
})

test('sweeping while carts are being placed takes nothing from them and leaves nothing', { timeout: 60_000 }, async () => {
  const units = [await sellOn(FIRST, 500), await sellOn(SECOND, 500), await sellOn(THIRD, 500)]
  let done = false
  const sweeping = (async () => {
    while (!done) await Promise.all([sweepLegs(engine.counters), sweepLegs(client(1))])
  })()
  const placings = await Promise.all(Array.from({ length: 150 }, (_, n) => spanning(units, n % 8)))
  // Some have so little time that the sweep is after them while they are at it.
  const mixed = await Promise.all(placings.map(async (placing, n) => (n % 3 ? placing : hurried(placing))))
  const answers = await Promise.all(mixed.map((placing, n) => placeInLegs(client(n), placing)))
  done = true
  await sweeping
  await sweepAll()
  const placed = answers.filter((answer) => answer.code === 'PLACED').length
  expect(placed).toBeGreaterThanOrEqual(100)
  expect(await availableOf(...units)).toEqual([500 - placed, 500 - placed, 500 - placed])
  await engine.rest()
  expect(await engine.violations()).toEqual([])
})

test.each([
  ['a leg', [argument('leg')]],
  ['the record', [argument('last')]],
  ['the claim', [argument('60')]],
  ['the end of a leg', callOf(scripts.releaseLeg)],
])('with the reply to %s lost the fate of the order is told truly, and nothing leaks', async (_, lost) => {
  const units = [await sellOn(FIRST, 5), await sellOn(SECOND, 5)]
  const { order } = await spanning(units, THIRD)
  const request = { checkoutId: idOn(THIRD), agreed: order, paymentMethod: 'pm_card_visa' }
  const before = wire.lost
  wire.loseRepliesTo(...lost)
  const answer = await placeOrder({ ...engine, counters: far }, request)
  wire.loseNothing()
  expect(wire.lost).toBeGreaterThan(before)
  const stored = await engine.counters.findCheckout(request.checkoutId)
  expect(answer.ok).toBe(stored.ok && stored.value !== null)
  if (!answer.ok) expect(answer.code).toBe('NOT_READY')
  await sweepAll()
  expect(await availableOf(...units)).toEqual(answer.ok ? [4, 4] : [5, 5])
  // Pressing again settles it as one order.
  await eventually('placed', async () => (await placeOrder(engine, request)).ok)
  await engine.rest()
  expect(await availableOf(...units)).toEqual([4, 4])
  expect(await engine.violations()).toEqual([])
})

test('a shard that is rebuilt holds what waits for intake on another shard', async () => {
  const units = [await sellOn(FIRST, 5), await sellOn(SECOND, 5)]
  const placing = await spanning(units, THIRD)
  await placeInLegs(engine.counters, placing)
  await engine.counters.fence(FIRST)
  await openShards(engine)
  expect(await availableOf(...units)).toEqual([4, 4])
  expect(await engine.core.redis.hgetall(skuKeys(units[0] as Sku).held)).toEqual({ [placing.reservationId]: '1' })
  await engine.rest()
  expect(await availableOf(...units)).toEqual([4, 4])
  expect(await engine.violations()).toEqual([])
})

test('a leg that is ended twice, or after its shard was rebuilt, gives back once', async () => {
  const units = [await sellOn(FIRST, 5), await sellOn(SECOND, 5)]
  const placing = await spanning(units, THIRD)
  await engine.counters.claim(placing)
  const legs = partsOf(placing).legs
  for (const leg of legs) await engine.counters.takeLeg(placing, leg)
  await engine.counters.fence(FIRST)
  await openShards(engine)
  await engine.counters.voidAttempt(placing)
  await Promise.all(Array.from({ length: 10 }, (_, n) => Promise.all(legs.map((leg) => client(n).endLeg(legOf(placing, leg), true)))))
  expect(await availableOf(...units)).toEqual([5, 5])
})

test('intake of several shards records carts that share stock at once, without deadlock and without overselling', {
  timeout: 60_000,
}, async () => {
  const units = [await sellOn(FIRST, 60), await sellOn(SECOND, 60), await sellOn(THIRD, 60)]
  for (let round = 0; round < 3; round += 1) {
    const placings = await Promise.all(Array.from({ length: 80 }, (_, n) => spanning(n % 2 ? units : units.toReversed(), n % 8)))
    await Promise.all(placings.map((placing, n) => placeInLegs(client(n), placing)))
    const taken = await Promise.all(ALL_SHARDS.map((shard) => takeInBatch(engine, shard, 1)))
    expect(taken.map((each) => each.ok)).toEqual(ALL_SHARDS.map(() => true))
  }
  // Near the end carts that begin at different shards may refuse each other: what is left is there for the next.
  for (let code = 'PLACED'; code === 'PLACED'; ) code = (await placeInLegs(engine.counters, await spanning(units, FIRST))).code
  await engine.rest()
  expect(await availableOf(...units)).toEqual([0, 0, 0])
  expect(await engine.violations()).toEqual([])
})
