import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { CounterKey } from '#/domain/counter.ts'
import type { Offer } from '#/domain/offer.ts'
import { ALL_SHARDS } from '#/domain/sharding.ts'
import type { Sku } from '#/domain/sku.ts'
import { eventually } from '#/drill/engine/eventually.ts'
import { SHARD } from '#/drill/engine/shelf.ts'
import { soon, startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { restock } from '../catalog/edit-catalog.ts'
import { catchUpCounters } from '../orders/catch-up-counters.ts'
import { postgresOrderBook } from '../orders/postgres-order-book.ts'
import { takeInBatch } from '../orders/run-intake.ts'
import { INTAKE_LOCK, lockShard } from '../orders/take-in.ts'
import { shardKeys, skuKeys } from '../redis/keys.ts'
import { CoreAway, openShards } from './open-shards.ts'
import { RedisStockCounters } from './redis-stock-counters.ts'
import type { Placing, Snapshot } from './stock-counters.ts'

let engine: TestEngine

beforeAll(async () => {
  engine = await startTestEngine()
})
beforeEach(async () => {
  await openShards(engine)
  await engine.rest()
})
afterAll(() => engine.stop())

async function place(unit: Sku, quantity = 1): Promise<Placing> {
  const placing = await engine.placing([[unit, quantity]])
  expect((await engine.counters.place(placing)).code).toBe('PLACED')
  return placing
}

const counterOf = (unit: Sku) => engine.core.redis.hgetall(skuKeys(unit).stock)
const heldOf = (unit: Sku) => engine.core.redis.hgetall(skuKeys(unit).held)
const epochs = async () => [await engine.core.redis.get(shardKeys(SHARD).epoch), await engine.book.epochOf(SHARD)]

test('a shard that is open is left alone', async () => {
  const before = await epochs()
  expect(before[0]).toBe(before[1])
  expect(await openShards(engine)).toEqual([])
  expect(await epochs()).toEqual(before)
})

test('a record that was superseded and waits to be forgotten holds nothing after a rebuild', async () => {
  const unit = await engine.sell({ stock: 10 })
  const placing = await place(unit, 2)
  await engine.rest()
  await engine.core.redis.del(shardKeys(SHARD).checkout(placing.checkoutId)) // core has forgotten, so it takes the stock once more
  expect((await engine.counters.place({ ...placing, reservationId: randomUUID() })).code).toBe('PLACED')
  class Slow extends RedisStockCounters {
    override async forgetIntake(...[shard, entryIds]: Parameters<RedisStockCounters['forgetIntake']>) {
      await engine.counters.fence(SHARD)
      await openShards(engine)
      return super.forgetIntake(shard, entryIds)
    }
  }
  expect(await takeInBatch({ ...engine, counters: new Slow(engine.core) }, SHARD, 1)).toMatchObject({ value: { superseded: 1 } })
  await engine.rest()
  expect(await heldOf(unit)).toEqual({})
  expect(await counterOf(unit)).toMatchObject({ available: '8' })
  expect(await engine.violations()).toEqual([])
})

test('a shard is rebuilt however many records wait for intake', async () => {
  const { orders } = shardKeys(SHARD)
  for (let n = 0; n < 20; n += 1) {
    const pipeline = engine.core.redis.pipeline()
    for (let record = 0; record < 7000; record += 1) pipeline.xadd(orders, '*', 'order', '', 'reservation', '', 'record', '')
    await pipeline.exec()
  }
  await engine.counters.fence(SHARD)
  expect(await openShards(engine)).toEqual([SHARD])
  await engine.core.redis.del(orders)
})

test('a core that lost everything takes no orders, never says "sold out", and is rebuilt from Postgres', async () => {
  const unit = await engine.sell({ stock: 10 })
  await place(unit, 3)
  await engine.rest()
  await restock(engine.db, unit, 2, Date.now())
  const late = await engine.placing([[unit, 1]])
  await engine.core.redis.flushall()
  expect(await engine.counters.place(late)).toEqual({ code: 'NOT_READY' })
  expect(await catchUpCounters(engine, [unit])).toEqual(new Set([unit]))
  expect(await openShards(engine)).toEqual(ALL_SHARDS)
  const [carried, known] = await epochs()
  expect(carried).toBe(known)
  expect(await counterOf(unit)).toEqual({ available: '9', applied: '3' })
  expect((await engine.counters.place(late)).code).toBe('PLACED')
  await engine.rest()
  expect(await engine.violations()).toEqual([])
})

test('what still waits for intake stays reserved across a rebuild, and what Postgres has is not counted twice', async () => {
  const unit = await engine.sell({ stock: 10 })
  const recorded = await place(unit, 2)
  class Killed extends RedisStockCounters {
    override forgetIntake(): never {
      throw new Error('killed after the commit')
    }
  }
  await expect(takeInBatch({ ...engine, counters: new Killed(engine.core) }, SHARD, 1)).rejects.toThrow('killed')
  const waiting = await place(unit, 3)
  expect(await engine.core.redis.xlen(shardKeys(SHARD).orders)).toBe(2)
  await engine.core.redis.del(shardKeys(SHARD).epoch, skuKeys(unit).stock, skuKeys(unit).held)
  await openShards(engine)
  expect(await heldOf(unit)).toEqual({ [waiting.reservationId]: '3' })
  expect(await counterOf(unit)).toEqual({ available: '5', applied: '2' })
  await engine.rest()
  expect(await counterOf(unit)).toEqual({ available: '5', applied: '3' })
  for (const { checkoutId } of [recorded, waiting]) expect((await engine.book.findOrder(checkoutId))?.state).toBe('CONFIRMED')
  expect(await engine.violations()).toEqual([])
})

test('what an old core still holds for orders that nobody waits for any more is let go', async () => {
  const unit = await engine.sell({ stock: 10 })
  await engine.core.redis.hset(skuKeys(unit).held, randomUUID(), 4)
  await engine.core.redis.hset(skuKeys(unit).stock, 'available', 6)
  await engine.core.redis.del(shardKeys(SHARD).epoch)
  expect(await openShards(engine)).toEqual([SHARD])
  expect([(await counterOf(unit)).available, await heldOf(unit)]).toEqual(['10', {}])
})

test('a damaged record in the stream holds nothing and does not keep the shard closed', async () => {
  const unit = await engine.sell({ stock: 10 })
  const waiting = await place(unit, 3)
  const { orders } = shardKeys(SHARD)
  await engine.core.redis.xadd(orders, '*', 'order', 'x', 'reservation', 'y', 'placedAt', 'z', 'record', '{"lines":')
  await engine.core.redis.del(shardKeys(SHARD).epoch)
  await openShards(engine)
  expect(await heldOf(unit)).toEqual({ [waiting.reservationId]: '3' })
  expect((await counterOf(unit)).available).toBe('7')
})

test('a core ahead of Postgres is fenced by whoever sees it, rebuilt, and agrees again', async () => {
  const unit = await engine.sell({ stock: 10 })
  await engine.core.redis.hset(skuKeys(unit).stock, { applied: 9, available: 77 })
  expect(await catchUpCounters(engine, [unit])).toEqual(new Set([unit]))
  expect((await epochs())[0]).toBeNull()
  expect(await openShards(engine)).toEqual([SHARD])
  expect(await counterOf(unit)).toEqual({ available: '10', applied: '1' })
  expect(await catchUpCounters(engine, [unit])).toEqual(new Set())
})

test('a core that carries an epoch Postgres does not know is rebuilt: its opener died before the commit', async () => {
  const unit = await engine.sell({ stock: 10 })
  await engine.counters.prepare(SHARD, 'of-a-dead-opener')
  await engine.counters.open(SHARD, 'of-a-dead-opener')
  await engine.core.redis.hset(skuKeys(unit).stock, { available: 99 })
  expect(await openShards(engine)).toEqual([SHARD])
  expect((await counterOf(unit)).available).toBe('10')
})

test('of many that open a shard at once one rebuilds it', async () => {
  const openers = Array.from({ length: 5 }, () => ({
    counters: new RedisStockCounters(engine.connectCore()),
    book: postgresOrderBook(engine.connectDb(engine.stack.postgres.url, 4)),
    clock: engine.clock,
    newId: randomUUID,
  }))
  await engine.counters.fence(SHARD)
  const rebuilt = await Promise.all(openers.map((opener) => openShards(opener)))
  expect(rebuilt.flat()).toEqual([SHARD])
  const [carried, known] = await epochs()
  expect(carried).toBe(known)
})

test('a shard is not rebuilt while intake writes it', async () => {
  await engine.counters.fence(SHARD)
  await engine.db.$transaction(
    async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(${INTAKE_LOCK}::int, ${SHARD}::int)`
      expect(await openShards(engine)).toEqual([])
    },
    { timeout: 60_000 },
  )
  expect(await openShards(engine)).toEqual([SHARD])
})

test('an intake that is always at its next batch does not keep a shard closed', async () => {
  await engine.counters.fence(SHARD)
  let [isOpen, batches] = [false, 0]
  const writing = (async () => {
    while (!isOpen) {
      await engine.db.$transaction(async (tx) => {
        if (!(await lockShard(tx, SHARD))) return
        batches += 1
        await tx.$executeRaw`SELECT pg_sleep(0.2)`
      })
    }
  })()
  try {
    await eventually('intake is at work', async () => batches > 0)
    const rebuilt = []
    for (let round = 0; round < 5; round += 1) rebuilt.push(...(await openShards(engine)))
    expect(rebuilt).toEqual([SHARD])
  } finally {
    isOpen = true
    await writing
  }
})

test('a movement that commits while core is rebuilt is applied after it, once', async () => {
  const unit = await engine.sell({ stock: 10 })
  await engine.counters.fence(SHARD)
  let written = 0
  class Meanwhile extends RedisStockCounters {
    override async writeSnapshots(snapshots: ReadonlyMap<CounterKey, Snapshot>) {
      if (snapshots.has(unit)) {
        written += 1
        await restock(engine.db, unit, 5, Date.now())
      }
      return super.writeSnapshots(snapshots)
    }
  }
  await openShards({ ...engine, counters: new Meanwhile(engine.core) })
  expect([written, await counterOf(unit)]).toEqual([1, { available: '10', applied: '1' }])
  await engine.rest()
  expect(await counterOf(unit)).toEqual({ available: '15', applied: '2' })
})

test('a core that is lost once more while it is rebuilt is not opened half empty', async () => {
  const unit = await engine.sell({ stock: 10 })
  await engine.counters.fence(SHARD)
  class LostMeanwhile extends RedisStockCounters {
    override async putOffer(offer: Offer) {
      const put = await super.putOffer(offer)
      await engine.core.redis.flushall()
      return put
    }
  }
  await expect(openShards({ ...engine, counters: new LostMeanwhile(engine.core) })).rejects.toThrow(CoreAway)
  expect((await epochs())[0]).toBeNull()
  expect(await openShards(engine)).toContain(SHARD)
  await place(unit)
})

test('an opener that was overtaken does not open what another is still filling', async () => {
  await engine.sell({ stock: 10 })
  await engine.counters.fence(SHARD)
  class Overtaken extends RedisStockCounters {
    override async open(shard: number, epoch: string) {
      await engine.counters.prepare(shard, 'of-another-opener')
      return super.open(shard, epoch)
    }
  }
  await expect(openShards({ ...engine, counters: new Overtaken(engine.core) })).rejects.toThrow(CoreAway)
  expect((await epochs())[0]).toBeNull()
})

test('an opener that dies in the middle leaves the shard fenced, and the next one opens it', async () => {
  const unit = await engine.sell({ stock: 10 })
  await engine.counters.fence(SHARD)
  class Dies extends RedisStockCounters {
    override writeSnapshots(): never {
      throw new Error('killed in the middle')
    }
  }
  await expect(openShards({ ...engine, counters: new Dies(engine.core) })).rejects.toThrow('killed')
  expect(await engine.counters.place(await engine.placing([[unit, 1]]))).toEqual({ code: 'NOT_READY' })
  expect(await openShards(engine)).toEqual([SHARD])
  await place(unit)
})

test('with core away opening fails as an outage, and works when it is back', async () => {
  await engine.counters.fence(SHARD)
  await engine.stack.core.kill()
  await expect(openShards(engine)).rejects.toThrow(CoreAway)
  await engine.stack.core.start()
  await eventually('opened', async () => {
    await openShards(engine)
    return (await epochs())[0]
  })
})

test('nothing is oversold across the loss of core in the middle of a rush', async () => {
  const unit = await engine.sell({ stock: 40, limit: 1 })
  const placings = await Promise.all(Array.from({ length: 150 }, () => engine.placing([[unit, 1]])))
  let done = false
  const upkeep = (async () => {
    while (!done) {
      // Core may be lost once more while it is filled: upkeep tries again.
      await openShards(engine).catch((error: unknown) => {
        if (!(error instanceof CoreAway)) throw error
      })
      await takeInBatch(engine, SHARD, 1)
    }
  })()
  const shopping = (async () => {
    const codes: string[] = []
    for (const [n, placing] of placings.entries()) {
      if (n === 20 || n === 60) await engine.core.redis.flushall()
      codes.push((await engine.counters.place({ ...placing, deadlineMs: soon() })).code)
      if (codes.at(-1) === 'NOT_READY') await eventually('open again', async () => (await epochs())[0])
    }
    return codes
  })()
  const codes = await shopping
  done = true
  await upkeep
  expect(codes.filter((code) => !['PLACED', 'NOT_READY', 'SOLD_OUT'].includes(code))).toEqual([])
  await engine.rest()
  // What the lost records held is on sale again, once "sold out" is not believed any more.
  await eventually('sold out to the last unit', async () => {
    await engine.counters.place(await engine.placing([[unit, 1]]))
    await engine.rest()
    const { onHand, allocated } = await engine.db.stock.findUniqueOrThrow({ where: { sku: unit } })
    return allocated === onHand
  })
  expect(await engine.violations()).toEqual([])
})
