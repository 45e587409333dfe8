import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { NO_END_MS } from '#/domain/offer.ts'
import { sku } from '#/domain/sku.ts'
import { SHARD } from '#/drill/engine/shelf.ts'
import { soon, startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { restock, setPrice } from '../catalog/edit-catalog.ts'
import type { Core } from '../redis/core.ts'
import { shardKeys, skuKeys } from '../redis/keys.ts'
import { RedisStockCounters } from './redis-stock-counters.ts'
import type { Placing } from './stock-counters.ts'

let engine: TestEngine
let clients: RedisStockCounters[]
let looker: Core | undefined

beforeAll(async () => {
  engine = await startTestEngine()
  clients = Array.from({ length: 8 }, () => new RedisStockCounters(engine.connectCore()))
})
afterAll(() => engine.stop())

/** From another connection for each. */
function client(n: number): RedisStockCounters {
  return clients[n % clients.length] as RedisStockCounters
}

async function availableOf(unit: string): Promise<number | undefined> {
  const available = await engine.counters.available([sku(unit)])
  return available.ok ? available.value.get(sku(unit)) : undefined
}

const waiting = () => engine.core.redis.xlen(shardKeys(SHARD).orders)

test('never sells more units than exist, however many shoppers place at once', async () => {
  const unit = await engine.sell({ stock: 50 })
  const placings = await Promise.all(Array.from({ length: 400 }, () => engine.placing([[unit, 1]])))
  const answers = await Promise.all(placings.map((placing, n) => client(n).place(placing)))
  expect(answers.filter((answer) => answer.code === 'PLACED')).toHaveLength(50)
  const refused = answers.filter((answer) => answer.code !== 'PLACED')
  for (const answer of refused) expect(answer).toEqual({ code: 'SOLD_OUT', short: [{ sku: unit, available: 0 }] })
  expect(await availableOf(unit)).toBe(0)
  await engine.rest()
  expect(await engine.db.order.count({ where: { lines: { some: { sku: unit } }, state: 'CONFIRMED' } })).toBe(50)
})

test('a counter that cannot be read refuses its own orders only, and those around them hear what became of them', async () => {
  const [broken, sound] = [await engine.sell({ stock: 50 }), await engine.sell({ stock: 50 })]
  const { stock, held, offer } = skuKeys(broken)
  const whole = await Promise.all([stock, offer].map((key) => engine.core.redis.hgetall(key)))
  for (const breakIt of [
    () => engine.core.redis.hset(stock, 'available', 'many'),
    () => engine.core.redis.set(stock, 'no hash'),
    () => engine.core.redis.hdel(offer, 'limit'),
  ]) {
    await breakIt()
    const placings = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        engine.placing([[sound, 1]]).then(async (placing) => {
          if (n % 4 !== 3) return placing
          const [line] = placing.order.lines
          return { ...placing, order: { ...placing.order, lines: [{ ...(line as NonNullable<typeof line>), sku: broken }] } }
        }),
      ),
    )
    // From one process, so that they share calls.
    const answers = await Promise.all(placings.map((placing) => engine.counters.place(placing)))
    expect(answers.map((answer) => answer.code)).toEqual(placings.map((_, n) => (n % 4 === 3 ? 'NOT_READY' : 'PLACED')))
    expect(await engine.core.redis.exists(held)).toBe(0)
    for (const [n, key] of [stock, offer].entries())
      await engine.core.redis
        .multi()
        .del(key)
        .hset(key, whole[n] ?? {})
        .exec()
  }
  expect(await availableOf(sound)).toBe(5)
  await engine.rest()
})

test('orders of several units never sell a unit twice either', async () => {
  const unit = await engine.sell({ stock: 50 })
  const quantities = Array.from({ length: 60 }, (_, n) => 1 + (n % 5))
  const placings = await Promise.all(quantities.map((quantity) => engine.placing([[unit, quantity]])))
  const answers = await Promise.all(placings.map((placing, n) => client(n).place(placing)))
  const sold = quantities.filter((_, n) => answers[n]?.code === 'PLACED').reduce((sum, quantity) => sum + quantity, 0)
  expect(sold).toBeLessThanOrEqual(50)
  expect(await availableOf(unit)).toBe(50 - sold)
})

test('the same checkout from many clients at once is one order and takes its stock once', async () => {
  const unit = await engine.sell({ stock: 10 })
  const before = await waiting()
  const placing = await engine.placing([[unit, 2]])
  const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => client(n).place({ ...placing, reservationId: randomUUID() })))
  const codes = answers.map((answer) => answer.code)
  expect(codes.filter((code) => code === 'PLACED')).toHaveLength(1)
  expect(codes.filter((code) => code === 'SEEN')).toHaveLength(39)
  expect(new Set(answers.map((answer) => 'placedAtMs' in answer && answer.placedAtMs)).size).toBe(1)
  expect(await availableOf(unit)).toBe(8)
  expect(await waiting()).toBe(before + 1)
})

test('a checkout that was placed answers SEEN also after its deadline, sold out and fenced', async () => {
  const unit = await engine.sell({ stock: 1 })
  const placing = await engine.placing([[unit, 1]])
  const first = await engine.counters.place(placing)
  await engine.whileFenced(async () => {
    const again = await engine.counters.place({ ...placing, deadlineMs: 1 })
    expect(again).toEqual({ ...first, code: 'SEEN' })
  })
})

test('a checkout placed from two tabs with different content is one order, and the other tab hears CHECKOUT_CHANGED', async () => {
  const unit = await engine.sell({ stock: 10 })
  const one = await engine.placing([[unit, 1]])
  const others = await Promise.all(Array.from({ length: 10 }, (_, n) => engine.placing([[unit, 1]], { street: `${n} Other Road` })))
  const placings = [one, ...others.map((other) => ({ ...other, checkoutId: one.checkoutId }))]
  const codes = (await Promise.all(placings.map((placing, n) => client(n).place(placing)))).map((answer) => answer.code)
  expect(codes.filter((code) => code === 'PLACED')).toHaveLength(1)
  expect(codes.filter((code) => code === 'CHECKOUT_CHANGED')).toHaveLength(10)
  expect(await availableOf(unit)).toBe(9)
})

test('a placing that arrives after its deadline is TOO_LATE and takes nothing', async () => {
  const unit = await engine.sell()
  const placing = await engine.placing([[unit, 1]])
  const before = await waiting()
  expect(await engine.counters.place({ ...placing, deadlineMs: Date.now() - 5000 })).toEqual({ code: 'TOO_LATE' })
  expect(await availableOf(unit)).toBe(10)
  expect(await waiting()).toBe(before)
  expect(await engine.counters.findCheckout(placing.checkoutId)).toEqual({ ok: true, value: null })
})

test('a fenced shard answers NOT_READY, never "sold out", and takes nothing', async () => {
  const unit = await engine.sell()
  const soldOut = await engine.sell({ stock: 0 })
  await engine.whileFenced(async () => {
    for (const wanted of [unit, soldOut]) {
      expect(await engine.counters.place(await engine.placing([[wanted, 1]]))).toEqual({ code: 'NOT_READY' })
    }
  })
  expect(await availableOf(unit)).toBe(10)
})

test('a price that changed is PRICE_CHANGED with the SKU, also when the sale makes it cheaper', async () => {
  const unit = await engine.sell({ price: 20_00 })
  const placing = await engine.placing([[unit, 1]])
  await setPrice(engine.db, unit, 15_00, Date.now())
  await engine.rest()
  expect(await engine.counters.place(placing)).toEqual({ code: 'PRICE_CHANGED', skus: [unit] })
  expect((await engine.counters.place(await engine.placing([[unit, 1]]))).code).toBe('PLACED')
})

test('nothing is on sale before its start, from its end on, or without an offer', async () => {
  const [early, over, unknown] = [await engine.sell(), await engine.sell(), await engine.sell()]
  const placings = await Promise.all([early, over, unknown].map((unit) => engine.placing([[unit, 1]])))
  const { redis } = engine.core
  await redis.hset(skuKeys(early).offer, { startsAt: Date.now() + 60_000 })
  await redis.hset(skuKeys(over).offer, { endsAt: Date.now() - 1 })
  await redis.del(skuKeys(unknown).offer)
  const answers = await Promise.all(placings.map((placing) => engine.counters.place(placing)))
  expect(answers).toEqual([early, over, unknown].map((unit) => ({ code: 'NOT_ON_SALE', skus: [unit] })))
  await redis.hset(skuKeys(early).offer, { startsAt: Date.now() - 1000, endsAt: NO_END_MS })
  expect((await engine.counters.place(await engine.placing([[early, 1]]))).code).toBe('PLACED')
})

test('more than the limit of an order is LIMIT_REACHED with the limit', async () => {
  const unit = await engine.sell({ limit: 3 })
  expect(await engine.counters.place(await engine.placing([[unit, 4]]))).toEqual({
    code: 'LIMIT_REACHED',
    limits: [{ sku: unit, limit: 3 }],
  })
  expect((await engine.counters.place(await engine.placing([[unit, 3]]))).code).toBe('PLACED')
})

test('an order of several lines is taken whole or not at all, and names every line that is short', async () => {
  const [plenty, scarce, none] = [await engine.sell(), await engine.sell({ stock: 2 }), await engine.sell({ stock: 0 })]
  const answer = await engine.counters.place(
    await engine.placing([
      [plenty, 5],
      [scarce, 3],
      [none, 1],
    ]),
  )
  expect(answer).toEqual({
    code: 'SOLD_OUT',
    short: [
      { sku: scarce, available: 2 },
      { sku: none, available: 0 },
    ],
  })
  expect([await availableOf(plenty), await availableOf(scarce)]).toEqual([10, 2])
  expect(await engine.core.redis.exists(skuKeys(plenty).held)).toBe(0)
})

test('carts that share products in another order neither block each other nor oversell', async () => {
  const [a, b] = [await engine.sell({ stock: 20 }), await engine.sell({ stock: 20 })]
  const placings = await Promise.all(
    Array.from({ length: 60 }, (_, n) =>
      engine.placing(
        n % 2
          ? [
              [a, 1],
              [b, 1],
            ]
          : [
              [b, 1],
              [a, 1],
            ],
      ),
    ),
  )
  const answers = await Promise.all(placings.map((placing, n) => client(n).place(placing)))
  expect(answers.filter((answer) => answer.code === 'PLACED')).toHaveLength(20)
  expect([await availableOf(a), await availableOf(b)]).toEqual([0, 0])
})

test('a full backlog refuses placings instead of growing', async () => {
  const unit = await engine.sell({ stock: 100 })
  await engine.rest()
  const bounded = new RedisStockCounters(engine.core, { maxBacklog: 5 })
  const placings = await Promise.all(Array.from({ length: 20 }, () => engine.placing([[unit, 1]])))
  const codes = (await Promise.all(placings.map((placing) => bounded.place(placing)))).map((answer) => answer.code)
  expect(codes.filter((code) => code === 'PLACED')).toHaveLength(5)
  expect(codes.filter((code) => code === 'BACKLOG_FULL')).toHaveLength(15)
  await engine.rest()
  expect((await bounded.place({ ...(await engine.placing([[unit, 1]])), deadlineMs: soon() })).code).toBe('PLACED')
})

test('a line that names a SKU twice is a bug of ours and never reaches core', async () => {
  const unit = await engine.sell()
  const placing = await engine.placing([[unit, 1]])
  const [line] = placing.order.lines
  if (!line) throw new Error('no line')
  await expect(engine.counters.place({ ...placing, order: { ...placing.order, lines: [line, line] } })).rejects.toThrow('once')
})

test('after a sell-out "sold out" costs no script, knows its own orders, and is not believed for longer than a second', async () => {
  const unit = await engine.sell({ stock: 1 })
  const one = client(0)
  const [won, ...late] = await Promise.all(Array.from({ length: 60 }, () => engine.placing([[unit, 1]])))
  if (!won) throw new Error('no placing')
  // Time stands still for the process that remembers, or a slow machine would forget in the middle.
  const now = vi.spyOn(performance, 'now').mockReturnValue(performance.now())
  try {
    expect((await one.place(won)).code).toBe('PLACED')
    expect((await one.place(late[0] as Placing)).code).toBe('SOLD_OUT')
    const before = await placeCalls()
    const answers = await Promise.all(late.map((placing) => one.place(placing)))
    for (const answer of answers) expect(answer).toEqual({ code: 'SOLD_OUT', short: [{ sku: unit, available: 0 }] })
    expect(await placeCalls()).toBe(before)
    expect((await one.place({ ...won, reservationId: randomUUID() })).code).toBe('SEEN')
    await restock(engine.db, unit, 1, Date.now())
    await engine.rest()
    now.mockReturnValue(performance.now() + 1000)
    expect((await one.place(late[1] as Placing)).code).toBe('PLACED')
  } finally {
    now.mockRestore()
  }
})

/** How many script calls the node of the tests' shard has carried out. */
async function placeCalls(): Promise<number> {
  looker ??= engine.connectCore()
  const told = await looker.call(shardKeys(SHARD).orders, (redis) => redis.info('commandstats'))
  const stats = told.ok ? told.value : ''
  return ['eval', 'evalsha'].reduce((sum, name) => sum + Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0), 0)
}

test('more placings than a process may hold are refused at once, and the others are placed', async () => {
  const unit = await engine.sell({ stock: 100 })
  const bounded = new RedisStockCounters(engine.core, { mostWaiting: 20 })
  const placings = await Promise.all(Array.from({ length: 60 }, () => engine.placing([[unit, 1]])))
  const codes = (await Promise.all(placings.map((placing) => bounded.place(placing)))).map((answer) => answer.code)
  expect(codes.filter((code) => code === 'PLACED')).toHaveLength(20)
  expect(codes.filter((code) => code === 'NOT_READY')).toHaveLength(40)
})

test('what was placed here ends without a trace of doubt', async () => {
  await engine.rest()
  expect(await engine.violations()).toEqual([])
})
