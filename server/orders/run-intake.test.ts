import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Sku } from '#/domain/sku.ts'
import { eventually } from '#/drill/engine/eventually.ts'
import { SHARD } from '#/drill/engine/shelf.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { RedisStockCounters } from '../inventory/redis-stock-counters.ts'
import type { Placing } from '../inventory/stock-counters.ts'
import { shardKeys, skuKeys } from '../redis/keys.ts'
import type { Ports } from './ports.ts'
import { postgresOrderBook } from './postgres-order-book.ts'
import { takeInBatch } from './run-intake.ts'
import { showOrder } from './show-order.ts'
import { INTAKE_LOCK } from './take-in.ts'

let engine: TestEngine

beforeAll(async () => {
  engine = await startTestEngine()
})
beforeEach(() => engine.rest())
afterAll(() => engine.stop())

const waiting = () => engine.core.redis.xlen(shardKeys(SHARD).orders)
const takeIn = (ports: Pick<Ports, 'counters' | 'book' | 'clock'> = engine) => takeInBatch(ports, SHARD, 1)
const NOTHING = { allocated: 0, rejected: 0, redelivered: 0, superseded: 0, buried: 0 }

async function place(unit: Sku, quantity = 1): Promise<Placing> {
  const placing = await engine.placing([[unit, quantity]])
  expect((await engine.counters.place(placing)).code).toBe('PLACED')
  return placing
}

/** Appends a record as a core would that admitted it without looking: after a failover, say. */
async function append({ checkoutId, reservationId, order }: Placing): Promise<void> {
  const fields = { order: checkoutId, reservation: reservationId, placedAt: Date.now(), record: JSON.stringify(order) }
  await engine.core.redis.xadd(shardKeys(SHARD).orders, '*', ...Object.entries(fields).flat())
}

async function stateOf({ checkoutId }: Placing): Promise<string | undefined> {
  return (await engine.book.findOrder(checkoutId))?.state
}

async function allocatedOf(unit: Sku): Promise<number> {
  return (await engine.db.stock.findUniqueOrThrow({ where: { sku: unit } })).allocated
}

test('allocates whole orders in the order of the stream, one movement a SKU however many there are', async () => {
  const unit = await engine.sell({ stock: 10 })
  const placings: Placing[] = []
  for (const quantity of [3, 4, 3]) placings.push(await place(unit, quantity))
  expect(await takeIn()).toEqual({ ok: true, value: { ...NOTHING, allocated: 3 } })
  const [movement, ...more] = (await engine.book.movementsAfter([{ key: unit, after: 1 }], 10)).get(unit) ?? []
  expect(movement).toEqual({ version: 2, delta: -10, droppedReservations: placings.map((placing) => placing.reservationId) })
  expect(more).toEqual([])
  expect(await waiting()).toBe(0)
})

test('what core admitted too much is rejected, latest first come last served, and never charged', async () => {
  const unit = await engine.sell({ stock: 5 })
  const placings = await Promise.all(Array.from({ length: 9 }, () => engine.placing([[unit, 1]])))
  for (const placing of placings) await append(placing) // a core that lost its tail admits again what it had sold
  await engine.rest()
  const states = await Promise.all(placings.map(stateOf))
  expect(states).toEqual([...Array(5).fill('CONFIRMED'), ...Array(4).fill('REJECTED')])
  for (const placing of placings.slice(5)) expect(await engine.desk.accountOf(placing.checkoutId)).toEqual({ charges: 0, intents: [] })
  expect(await engine.violations()).toEqual([])
})

test('an order that does not fit is rejected whole, and a smaller one behind it still gets the units', async () => {
  const [scarce, plenty] = [await engine.sell({ stock: 3 }), await engine.sell({ stock: 9 })]
  const big = await engine.placing([
    [plenty, 2],
    [scarce, 3],
  ])
  const first = await engine.placing([[scarce, 1]])
  const last = await engine.placing([[scarce, 2]])
  for (const placing of [first, big, last]) await append(placing)
  expect(await takeIn()).toMatchObject({ value: { allocated: 2, rejected: 1 } })
  expect(await stateOf(big)).toBe('REJECTED')
  expect([await allocatedOf(scarce), await allocatedOf(plenty)]).toEqual([3, 0])
})

test('a batch that was committed and not deleted is redelivered, and changes nothing', async () => {
  const unit = await engine.sell({ stock: 20 })
  for (let n = 0; n < 6; n += 1) await place(unit, 2)
  class Killed extends RedisStockCounters {
    override forgetIntake(): never {
      throw new Error('killed after the commit')
    }
  }
  await expect(takeIn({ ...engine, counters: new Killed(engine.core) })).rejects.toThrow('killed')
  expect(await waiting()).toBe(6)
  const before = await ledger(unit)
  expect(before.allocated).toBe(12)
  expect(await takeIn()).toEqual({ ok: true, value: { ...NOTHING, redelivered: 6 } })
  expect(await ledger(unit)).toEqual(before)
  expect(await waiting()).toBe(0)
  await engine.rest()
  expect(await engine.violations()).toEqual([])
})

test('another reservation of an order that is recorded is dropped; the order stays as it is', async () => {
  const unit = await engine.sell({ stock: 10 })
  const placing = await place(unit, 2)
  await engine.rest()
  await engine.core.redis.del(shardKeys(SHARD).checkout(placing.checkoutId)) // core has forgotten, so it takes the stock once more
  const again = { ...placing, reservationId: randomUUID() }
  expect((await engine.counters.place(again)).code).toBe('PLACED')
  expect(await takeIn()).toEqual({ ok: true, value: { ...NOTHING, superseded: 1 } })
  await engine.rest()
  expect(await engine.core.redis.exists(skuKeys(unit).held)).toBe(0)
  expect(await allocatedOf(unit)).toBe(2)
  expect(await engine.desk.accountOf(placing.checkoutId)).toEqual({ charges: 1, intents: ['succeeded'] })
})

test('an order that core has forgotten and takes again shows as it stands, not as just received', async () => {
  const placing = await place(await engine.sell({ stock: 10 }), 2)
  await engine.rest()
  await engine.core.redis.del(shardKeys(SHARD).checkout(placing.checkoutId))
  const again = { ...placing, reservationId: randomUUID() }
  expect((await engine.counters.place(again)).code).toBe('PLACED')
  await engine.rest()
  expect(await showOrder(engine, placing.checkoutId)).toMatchObject({ shown: { order: placing.order, view: { state: 'CONFIRMED' } } })
  expect((await engine.counters.place(placing)).code).toBe('SEEN')
  expect(await engine.violations()).toEqual([])
})

test('an order whose record comes once more, to a core without its state, shows as it stands', async () => {
  const placing = await place(await engine.sell({ stock: 10 }), 2)
  await engine.rest()
  await engine.core.redis.hdel(shardKeys(SHARD).checkout(placing.checkoutId), 'view', 'viewVersion')
  expect(await engine.violations()).toEqual([expect.stringContaining('core shows what is')])
  await append(placing)
  await engine.rest()
  expect(await showOrder(engine, placing.checkoutId)).toMatchObject({ shown: { view: { state: 'CONFIRMED' } } })
  expect(await engine.violations()).toEqual([])
})

test('an order that core has forgotten and takes again with other content shows what was recorded', async () => {
  const unit = await engine.sell({ stock: 10 })
  const placing = await place(unit, 2)
  await engine.rest()
  await engine.core.redis.del(shardKeys(SHARD).checkout(placing.checkoutId))
  const other = { ...(await engine.placing([[unit, 1]], { street: 'Elsewhere 2' })), checkoutId: placing.checkoutId }
  expect((await engine.counters.place(other)).code).toBe('PLACED')
  await engine.rest()
  expect(await showOrder(engine, placing.checkoutId)).toMatchObject({ shown: { order: placing.order, view: { state: 'CONFIRMED' } } })
  expect(await engine.violations()).toEqual([])
})

test('the same order twice in one batch is one order', async () => {
  const unit = await engine.sell({ stock: 10 })
  const placing = await place(unit, 2)
  await append(placing)
  await append({ ...placing, reservationId: randomUUID() })
  expect(await takeIn()).toEqual({ ok: true, value: { ...NOTHING, allocated: 1, redelivered: 1, superseded: 1 } })
  expect(await allocatedOf(unit)).toBe(2)
})

test('who does not hold the lock writes nothing and deletes nothing', async () => {
  const unit = await engine.sell()
  await place(unit)
  await engine.db.$transaction(
    async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(${INTAKE_LOCK}::int, ${SHARD}::int)`
      expect(await takeIn()).toEqual({ ok: false, code: 'NOT_THE_WRITER' })
      expect([await waiting(), await allocatedOf(unit)]).toEqual([1, 0])
    },
    { timeout: 60_000 },
  )
  expect(await takeIn()).toMatchObject({ value: { allocated: 1 } })
})

test('many writers at once record every order once', async () => {
  const unit = await engine.sell({ stock: 400, limit: 1 })
  const writers = Array.from({ length: 4 }, () => ({
    counters: new RedisStockCounters(engine.connectCore()),
    book: postgresOrderBook(engine.connectDb(engine.stack.postgres.url, 2)),
    clock: engine.clock,
  }))
  const placings = await Promise.all(Array.from({ length: 250 }, () => engine.placing([[unit, 1]])))
  let placed = false
  const tallies = { ...NOTHING, refused: 0 }
  const writing = writers.map(async (writer) => {
    while (!placed || (await waiting()) > 0) {
      const taken = await takeIn(writer)
      if (taken.ok) for (const key of Object.keys(NOTHING) as (keyof typeof NOTHING)[]) tallies[key] += taken.value[key]
      else if (taken.code === 'NOT_THE_WRITER') tallies.refused += 1
      else throw new Error(taken.code)
    }
  })
  for (let from = 0; from < placings.length; from += 25) {
    await Promise.all(placings.slice(from, from + 25).map((placing) => engine.counters.place(placing)))
  }
  placed = true
  await Promise.all(writing)
  expect(tallies).toMatchObject({ allocated: 250, rejected: 0, superseded: 0, buried: 0 })
  expect(await allocatedOf(unit)).toBe(250)
  const { dropped } = await ledger(unit)
  expect(dropped.sort()).toEqual(placings.map((placing) => placing.reservationId).sort())
})

test('with Postgres away intake throws, and every order is still there when it is back', async () => {
  const unit = await engine.sell()
  const placings = [await place(unit), await place(unit)]
  await engine.stack.postgres.kill()
  await expect(takeIn()).rejects.toThrow()
  expect(await waiting()).toBe(2)
  await engine.stack.postgres.start()
  await eventually('Postgres takes them', async () => (await takeIn()).ok)
  expect(await Promise.all(placings.map(stateOf))).toEqual(['ALLOCATED', 'ALLOCATED'])
})

test('Postgres killed in the middle of batches loses and doubles nothing', async () => {
  const unit = await engine.sell({ stock: 200, limit: 1 })
  const placings = await Promise.all(Array.from({ length: 60 }, () => engine.placing([[unit, 1]])))
  const placing = (async () => {
    for (const one of placings) await engine.counters.place(one)
  })()
  let killed = false
  const writing = (async () => {
    for (;;) {
      const taken = await takeIn().catch(() => null)
      if (taken?.ok && killed && (await waiting()) === 0) return
    }
  })()
  await eventually('some are recorded', async () => (await allocatedOf(unit)) > 0)
  await engine.stack.postgres.kill()
  await engine.stack.postgres.start()
  await placing
  killed = true
  await writing
  await eventually('Postgres answers', async () => (await allocatedOf(unit)) === 60)
  expect((await ledger(unit)).dropped).toHaveLength(60)
})

/** What Postgres says of a SKU. */
async function ledger(unit: Sku) {
  const { allocated, version } = await engine.db.stock.findUniqueOrThrow({ where: { sku: unit } })
  const movements = (await engine.book.movementsAfter([{ key: unit, after: 0 }], 1000)).get(unit) ?? []
  const orders = await engine.db.order.count({ where: { lines: { some: { sku: unit } } } })
  return { allocated, version, orders, dropped: movements.flatMap((movement) => movement.droppedReservations) }
}
