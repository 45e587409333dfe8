import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Sku } from '#/domain/sku.ts'
import { SHARD } from '#/drill/engine/shelf.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { restock } from '../catalog/edit-catalog.ts'
import { catchUpCounters } from '../orders/catch-up-counters.ts'
import { skuKeys } from '../redis/keys.ts'
import { RedisStockCounters } from './redis-stock-counters.ts'
import type { Movement } from './stock-counters.ts'

let engine: TestEngine
let epoch: string

beforeAll(async () => {
  engine = await startTestEngine()
  epoch = (await engine.book.epochOf(SHARD)) ?? ''
})
afterAll(() => engine.stop())

const moved = (version: number, delta: number, ...droppedReservations: string[]): Movement => ({ version, delta, droppedReservations })

/** The counter as core has it, below zero too. */
async function counterOf(unit: Sku): Promise<{ available: number; applied: number }> {
  const [available, applied] = await engine.core.redis.hmget(skuKeys(unit).stock, 'available', 'applied')
  return { available: Number(available), applied: Number(applied) }
}

/** Takes units in core only, as a placing does. */
async function hold(unit: Sku, reservation: string, units: number): Promise<void> {
  await engine.core.redis.multi().hincrby(skuKeys(unit).stock, 'available', -units).hset(skuKeys(unit).held, reservation, units).exec()
}

test('movements are applied once and in the order of their versions, however often and in whatever pieces they come', async () => {
  const unit = await engine.sell({ stock: 10 }) // version 1
  const all = [moved(2, 5), moved(3, -3), moved(4, 7), moved(5, -1)]
  const pieces = [all.slice(0, 1), all.slice(0, 3), all, all.slice(1), all]
  for (const piece of pieces) await engine.counters.applyMovements(unit, epoch, piece)
  expect(await counterOf(unit)).toEqual({ available: 18, applied: 5 })
})

test('a hot SKU that is behind by many whole batches of intake catches up', async () => {
  const unit = await engine.sell({ stock: 10 })
  await hold(unit, 'the last one', 2)
  const movements = Array.from({ length: 199 }, (_, n) => moved(n + 2, 0, ...Array.from({ length: 1024 }, (_, r) => `${n}/${r}`)))
  const applied = await engine.counters.applyMovements(unit, epoch, [...movements, moved(201, -2, 'the last one')])
  expect(applied).toEqual({ ok: true, value: 201 })
  expect(await counterOf(unit)).toEqual({ available: 8, applied: 201 })
})

test('many relays that deliver the same movements at once count each of them once', async () => {
  const unit = await engine.sell({ stock: 10 })
  const clients = Array.from({ length: 6 }, () => new RedisStockCounters(engine.connectCore()))
  const movements = Array.from({ length: 60 }, (_, n) => moved(n + 2, n % 2 ? 1 : 2))
  const deliveries = clients.flatMap((counters) =>
    Array.from({ length: 20 }, (_, n) => counters.applyMovements(unit, epoch, movements.slice(0, 3 * (n + 1)))),
  )
  await Promise.all(deliveries)
  expect(await counterOf(unit)).toEqual({ available: 10 + 90, applied: 61 })
})

test('a gap ends the batch: nothing behind it counts until what is missing has come', async () => {
  const unit = await engine.sell({ stock: 10 })
  expect(await engine.counters.applyMovements(unit, epoch, [moved(2, 1), moved(4, 100)])).toEqual({ ok: true, value: 2 })
  expect(await counterOf(unit)).toEqual({ available: 11, applied: 2 })
  expect(await engine.counters.applyMovements(unit, epoch, [moved(4, 100)])).toEqual({ ok: true, value: 2 })
  expect(await engine.counters.applyMovements(unit, epoch, [moved(3, 10), moved(4, 100)])).toEqual({ ok: true, value: 4 })
  expect(await counterOf(unit)).toEqual({ available: 121, applied: 4 })
})

test('more movements than one script call may take arrive whole', async () => {
  const unit = await engine.sell({ stock: 0 })
  const movements = Array.from({ length: 501 }, (_, n) => moved(n + 2, 1))
  expect(await engine.counters.applyMovements(unit, epoch, movements)).toEqual({ ok: true, value: 502 })
  expect(await counterOf(unit)).toEqual({ available: 501, applied: 502 })
})

test('a dropped reservation returns its units only while it is held, and only once', async () => {
  const unit = await engine.sell({ stock: 10 })
  const [held, never] = [randomUUID(), randomUUID()]
  await hold(unit, held, 4)
  const allocation = moved(2, -4, held, never)
  await engine.counters.applyMovements(unit, epoch, [allocation])
  expect(await counterOf(unit)).toEqual({ available: 6, applied: 2 })
  await engine.counters.applyMovements(unit, epoch, [allocation, moved(3, 0, held)])
  expect(await counterOf(unit)).toEqual({ available: 6, applied: 3 })
  expect(await engine.core.redis.exists(skuKeys(unit).held)).toBe(0)
})

test('a rejection gives back exactly what its placing took', async () => {
  const unit = await engine.sell({ stock: 10 })
  const [mine, other] = [randomUUID(), randomUUID()]
  await hold(unit, mine, 3)
  await hold(unit, other, 2)
  await engine.counters.applyMovements(unit, epoch, [moved(2, 0, mine)])
  expect(await counterOf(unit)).toEqual({ available: 8, applied: 2 })
  expect(await engine.core.redis.hgetall(skuKeys(unit).held)).toEqual({ [other]: '2' })
})

test('movements of another epoch, or into a fenced shard, are refused and change nothing', async () => {
  const unit = await engine.sell({ stock: 10 })
  expect(await engine.counters.applyMovements(unit, 'another-life', [moved(2, 5)])).toEqual({ ok: false, code: 'FENCED' })
  await engine.whileFenced(async () => {
    expect(await engine.counters.applyMovements(unit, epoch, [moved(2, 5)])).toEqual({ ok: false, code: 'FENCED' })
  })
  expect(await counterOf(unit)).toEqual({ available: 10, applied: 1 })
})

test('restocks and placings from everywhere at once leave core where Postgres is', async () => {
  const unit = await engine.sell({ stock: 40, limit: 20 })
  const placings = await Promise.all(Array.from({ length: 60 }, () => engine.placing([[unit, 1]])))
  await Promise.all([
    ...placings.map((placing) => engine.counters.place(placing)),
    ...Array.from({ length: 10 }, (_, n) => restock(engine.db, unit, n % 2 ? 3 : -2, Date.now())),
    ...Array.from({ length: 10 }, () => catchUpCounters(engine, [unit])),
  ])
  await engine.rest()
  expect(await catchUpCounters(engine, [unit])).toEqual(new Set())
  const { allocated, onHand, version } = await engine.db.stock.findUniqueOrThrow({ where: { sku: unit } })
  expect(onHand).toBe(45)
  expect(await counterOf(unit)).toEqual({ available: onHand - allocated, applied: version })
})

test('a merchant who takes stock away below what is reserved makes the counter negative, and nobody is told so', async () => {
  const unit = await engine.sell({ stock: 10 })
  const placed = await engine.placing([[unit, 8]])
  expect((await engine.counters.place(placed)).code).toBe('PLACED')
  expect(await restock(engine.db, unit, -5, Date.now())).toMatchObject({ ok: true })
  await catchUpCounters(engine, [unit])
  expect((await counterOf(unit)).available).toBe(-3)
  expect(await engine.counters.available([unit])).toEqual({ ok: true, value: new Map([[unit, 0]]) })
  expect(await engine.counters.place(await engine.placing([[unit, 1]]))).toEqual({ code: 'SOLD_OUT', short: [{ sku: unit, available: 0 }] })
  await engine.rest()
  expect((await engine.book.findOrder(placed.checkoutId))?.state).toBe('REJECTED')
  expect(await counterOf(unit)).toMatchObject({ available: 5 })
})
