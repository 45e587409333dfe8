import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Sku } from '#/domain/sku.ts'
import { SHARD } from '#/drill/engine/shelf.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import type { Placing } from '../inventory/stock-counters.ts'
import { shardKeys } from '../redis/keys.ts'
import type { PlacedOrder } from './placed-order.ts'
import { takeInBatch } from './run-intake.ts'

let engine: TestEngine
let unit: Sku

beforeAll(async () => {
  engine = await startTestEngine()
  unit = await engine.sell({ stock: 1000 })
})
beforeEach(() => engine.rest())
afterAll(() => engine.stop())

type Fields = { order: string; reservation: string; placedAt: string | number; record: string }

/** Appends a record to the stream as it should be, with something about it changed. */
async function append(placing: Placing, change: Partial<Fields> = {}): Promise<void> {
  const { checkoutId, reservationId, order } = placing
  const sound: Fields = { order: checkoutId, reservation: reservationId, placedAt: Date.now(), record: JSON.stringify(order) }
  await engine.core.redis.xadd(shardKeys(SHARD).orders, '*', ...Object.entries({ ...sound, ...change }).flat())
}

const recordOf = (order: PlacedOrder, change: object) => ({ record: JSON.stringify({ ...order, ...change }) })
const lineOf = (order: PlacedOrder, change: object) => recordOf(order, { lines: order.lines.map((line) => ({ ...line, ...change })) })

const POISONS: [what: string, reason: RegExp, change: (order: PlacedOrder) => Partial<Fields>][] = [
  ['a NUL in a name, which Postgres refuses', /^DATA_ERROR 22/, (order) => recordOf(order, { name: 'Ann\0Field' })],
  ['a NUL in a line', /^DATA_ERROR 22/, (order) => lineOf(order, { label: '\0' })],
  ['a NUL in a code', /^UNREADABLE$/, (order) => recordOf(order, { code: 'AB\0C', codeVersion: 1 })],
  ['a code that never was', /^UNKNOWN_CODE$/, (order) => recordOf(order, { code: 'NEVER-WAS', codeVersion: 1 })],
  ['JSON that ends in the middle', /^UNREADABLE$/, (order) => ({ record: JSON.stringify(order).slice(0, -9) })],
  ['no record at all', /^UNREADABLE$/, () => ({ record: '' })],
  ['an order id that is none', /^UNREADABLE$/, () => ({ order: "'; DROP TABLE orders; --" })],
  ['an order id with a NUL', /^UNREADABLE$/, () => ({ order: 'a\0b' })],
  ['a reservation that is none', /^UNREADABLE$/, () => ({ reservation: 'a,b' })],
  ['a time that is none', /^UNREADABLE$/, () => ({ placedAt: 'soon' })],
  ['a time that no calendar holds', /^(UNREADABLE|DATA_ERROR)/, () => ({ placedAt: Number.MAX_SAFE_INTEGER })],
  ['the last time that a clock of ours can tell', /^(UNREADABLE|DATA_ERROR)/, () => ({ placedAt: 8_640_000_000_000_000 })],
  ['no lines', /^UNREADABLE$/, (order) => recordOf(order, { lines: [] })],
  ['a quantity below nothing', /^UNREADABLE$/, (order) => lineOf(order, { quantity: -1 })],
  ['a quantity that is half of one', /^UNREADABLE$/, (order) => lineOf(order, { quantity: 0.5 })],
  ['a total that is not what its lines cost', /^TOTAL_MISMATCH$/, (order) => recordOf(order, { totalMinor: 1 })],
  ['a delivery that costs less', /^TOTAL_MISMATCH$/, (order) => recordOf(order, { deliveryMinor: 0 })],
  ['a unit price of its own', /^TOTAL_MISMATCH$/, (order) => lineOf(order, { unitPriceMinor: 1 })],
  ['an offer that never was', /^UNKNOWN_OFFER$/, (order) => lineOf(order, { offerVersion: 77 })],
  ['an offer version that no column holds', /^(UNREADABLE|UNKNOWN_OFFER)$/, (order) => lineOf(order, { offerVersion: 3_000_000_000 })],
  ['a SKU that nobody sells', /^UNKNOWN_OFFER$/, (order) => lineOf(order, { sku: 'NOSUCH-ITEM' })],
]

test.each(POISONS)('%s is a dead letter, whole, and the orders around it are recorded', async (_, reason, change) => {
  const [before, bad, after] = await Promise.all([1, 2, 3].map((quantity) => engine.placing([[unit, quantity]])))
  if (!before || !bad || !after) throw new Error('three were asked for')
  await append(before)
  await append(bad, change(bad.order))
  await append(after)
  expect(await takeInBatch(engine, SHARD, 1)).toMatchObject({ ok: true, value: { allocated: 2, rejected: 0, buried: 1 } })
  expect(await engine.core.redis.xlen(shardKeys(SHARD).orders)).toBe(0)
  const [letter] = await engine.db.deadLetter.findMany({ orderBy: { entryId: 'desc' }, take: 1 })
  expect(letter?.reason).toMatch(reason)
  expect(Buffer.from(letter?.record ?? []).toString()).toBe(change(bad.order).record ?? JSON.stringify(bad.order))
  expect(await engine.book.findOrder(bad.checkoutId)).toBeNull()
})

test('many poisoned records in one batch are all found, and nothing sound is lost', async () => {
  const sound = await Promise.all(Array.from({ length: 40 }, () => engine.placing([[unit, 1]])))
  for (const [n, placing] of sound.entries()) {
    await append(placing)
    if (n % 10 === 3) await append({ ...placing, checkoutId: randomUUID() }, recordOf(placing.order, { street: '\0' }))
  }
  expect(await takeInBatch(engine, SHARD, 1)).toMatchObject({ ok: true, value: { allocated: 40, buried: 4 } })
  const recorded = await engine.db.order.count({ where: { id: { in: sound.map((placing) => placing.checkoutId) } } })
  expect(recorded).toBe(40)
})

test('a total beyond what a column holds does not hold up the rest', async () => {
  const dear = await engine.sell({ price: 2_000_000_000, stock: 10 })
  const placings = [await engine.placing([[unit, 1]]), await engine.placing([[dear, 2]]), await engine.placing([[unit, 1]])]
  for (const placing of placings) await append(placing)
  expect(await takeInBatch(engine, SHARD, 1)).toMatchObject({ ok: true, value: { allocated: 2, buried: 1 } })
})

test('half a character in a name is recorded as what Postgres can hold, and holds up nobody', async () => {
  const placing = await engine.placing([[unit, 1]])
  await append(placing, { record: JSON.stringify(placing.order).replace('Ann Field', 'Ann \\ud83d Field') })
  expect(await takeInBatch(engine, SHARD, 1)).toMatchObject({ ok: true, value: { allocated: 1, buried: 0 } })
  expect((await engine.book.findOrder(placing.checkoutId))?.order.name).toBe('Ann \uFFFD Field')
})

test('a dead letter that is met again is still one', async () => {
  const placing = await engine.placing([[unit, 1]])
  const entry = { entryId: '1-1', orderId: placing.checkoutId, reservationId: placing.reservationId, placedAtMs: 1, record: '\0' }
  await Promise.all(Array.from({ length: 5 }, () => engine.book.bury(SHARD, entry, 'UNREADABLE', Date.now())))
  expect(await engine.db.deadLetter.count({ where: { entryId: '1-1' } })).toBe(1)
})
