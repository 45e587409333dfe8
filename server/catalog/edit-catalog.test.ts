import { afterAll, beforeAll, expect, test } from 'vitest'
import { fail, ok } from '#/domain/result.ts'
import { productCodeOf, type Sku, sku } from '#/domain/sku.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { tagsToldIn } from '#/drill/engine/told-tags.ts'
import { tags } from '../cache/manifest.ts'
import { restock, setLimits, setPrice, setSaleWindow, setWeight, withdraw } from './edit-catalog.ts'

let engine: TestEngine
const NOW = Date.UTC(2027, 0)
const NOBODY = sku('NOBODY')

beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine.stop())

/** The offer that Postgres has and the one that core has, once core has been told. */
async function offersOf(unit: Sku) {
  await engine.rest()
  const [current] = await engine.book.currentOffers([unit])
  const inCore = await engine.counters.offers([unit])
  return { current, inCore: inCore.ok ? inCore.value.get(unit) : undefined }
}

test('each edit is one new version that changes what it says and nothing else, and core follows', async () => {
  const unit = await engine.sell({ price: 20_00, limit: 10 })
  const { current: first } = await offersOf(unit)
  const edits = [
    [() => setPrice(engine.db, unit, 15_00, NOW), { priceMinor: 15_00 }],
    [() => setLimits(engine.db, unit, { limitPerOrder: 2, limitPerCustomer: 3 }, NOW), { limitPerOrder: 2, limitPerCustomer: 3 }],
    [() => setLimits(engine.db, unit, { limitPerOrder: 5, limitPerCustomer: null }, NOW), { limitPerOrder: 5, limitPerCustomer: null }],
    [() => setWeight(engine.db, unit, 7_500, NOW), { weightGrams: 7_500 }],
    [() => setSaleWindow(engine.db, unit, { startsAtMs: NOW, endsAtMs: NOW + 1000 }, NOW), { startsAtMs: NOW, endsAtMs: NOW + 1000 }],
    [() => setSaleWindow(engine.db, unit, { startsAtMs: null, endsAtMs: null }, NOW), { startsAtMs: 0, endsAtMs: first?.endsAtMs }],
  ] as const
  let expected = first
  for (const [n, [edit, change]] of edits.entries()) {
    expect(await edit()).toEqual(ok(n + 2))
    expected = { ...expected, ...change, version: n + 2 } as typeof first
    expect(await offersOf(unit)).toEqual({ current: expected, inCore: expected })
  }
})

test('a new price is told to the product’s pages and to every list in the order of prices', async () => {
  const unit = await engine.sell()
  const told = tagsToldIn(engine.db)
  await told()
  await setPrice(engine.db, unit, 15_00, NOW)
  expect(await told()).toEqual([tags.prices, tags.product(productCodeOf(unit))])
})

test('what no offer can be is refused as a value, and no version comes of it', async () => {
  const unit = await engine.sell()
  const limits = (limitPerOrder: number, limitPerCustomer: number | null) =>
    setLimits(engine.db, unit, { limitPerOrder, limitPerCustomer }, NOW)
  const refused = [
    [setPrice(engine.db, unit, -1, NOW), 'priceMinor'],
    [setPrice(engine.db, unit, 1_000_000_00, NOW), 'priceMinor'],
    [setPrice(engine.db, unit, 19.9, NOW), 'priceMinor'],
    [setPrice(engine.db, unit, Number.NaN, NOW), 'priceMinor'],
    [limits(0, null), 'limitPerOrder'],
    [limits(21, null), 'limitPerOrder'],
    [limits(1, 0), 'limitPerCustomer'],
    [setWeight(engine.db, unit, -1, NOW), 'weightGrams'],
    [setSaleWindow(engine.db, unit, { startsAtMs: Number.MAX_SAFE_INTEGER, endsAtMs: null }, NOW), 'startsAtMs'],
  ] as const
  for (const [answer, field] of refused) expect(await answer).toMatchObject({ code: 'OUT_OF_BOUNDS', field })
  expect(await setSaleWindow(engine.db, unit, { startsAtMs: NOW, endsAtMs: NOW }, NOW)).toEqual(fail('EMPTY_WINDOW'))
  expect(await engine.db.offer.count({ where: { sku: unit } })).toBe(1)
})

test('no more is put on hand than can be counted', async () => {
  const unit = await engine.sell({ stock: 999_999_999 })
  expect(await restock(engine.db, unit, 2, NOW)).toEqual(fail('OUT_OF_BOUNDS', { field: 'onHand', least: 0, most: 1_000_000_000 }))
  expect(await restock(engine.db, unit, 1, NOW)).toMatchObject({ ok: true })
})

test('a SKU that is not there cannot be edited', async () => {
  const answers = await Promise.all([
    setPrice(engine.db, NOBODY, 15_00, NOW),
    setLimits(engine.db, NOBODY, { limitPerOrder: 1, limitPerCustomer: null }, NOW),
    setWeight(engine.db, NOBODY, 100, NOW),
    setSaleWindow(engine.db, NOBODY, { startsAtMs: null, endsAtMs: null }, NOW),
    withdraw(engine.db, NOBODY, NOW),
    restock(engine.db, NOBODY, 1, NOW),
  ])
  expect(answers).toEqual(answers.map(() => fail('UNKNOWN_SKU')))
})

test('what was withdrawn is shown and sold again once it has a window again', async () => {
  const unit = await engine.sell()
  await withdraw(engine.db, unit, NOW)
  expect((await engine.db.variant.findUniqueOrThrow({ where: { sku: unit } })).withdrawnAt).toEqual(new Date(NOW))
  await setSaleWindow(engine.db, unit, { startsAtMs: NOW + 1, endsAtMs: null }, NOW)
  expect((await engine.db.variant.findUniqueOrThrow({ where: { sku: unit } })).withdrawnAt).toBeNull()
})

test('edits of many editors at once are each a version of their own, without a gap, and none undoes another', async () => {
  const unit = await engine.sell()
  const prices = Array.from({ length: 15 }, (_, n) => setPrice(engine.db, unit, 10_00 + n, NOW))
  const weights = Array.from({ length: 15 }, (_, n) => setWeight(engine.db, unit, 1000 + n, NOW))
  const versions = (await Promise.all([...prices, ...weights])).map((answer) => answer.ok && answer.value)
  expect(versions.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, n) => n + 2))
  const rows = await engine.db.offer.findMany({ where: { sku: unit }, orderBy: { version: 'asc' } })
  for (const [n, row] of rows.entries()) {
    const before = rows[n - 1]
    if (before) expect(Number(row.priceMinor !== before.priceMinor) + Number(row.weightGrams !== before.weightGrams)).toBe(1)
  }
})
