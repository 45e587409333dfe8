import { afterAll, beforeAll, expect, test } from 'vitest'
import { productCodeOf } from '#/domain/sku.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { withdraw } from './edit-catalog.ts'
import { readNextSale, readSale } from './read-sale.ts'

const HOUR_MS = 3_600_000
let engine: TestEngine

beforeAll(async () => {
  engine = await startTestEngine()
  const sale = (slug: string, startHour: number, endHour: number, position: number) => ({
    slug,
    title: slug,
    text: '',
    startsAt: new Date(startHour * HOUR_MS),
    endsAt: new Date(endHour * HOUR_MS),
    position,
  })
  await engine.db.sale.createMany({ data: [sale('second', 10, 30, 2), sale('first', 10, 20, 1), sale('later', 40, 50, 0)] })
})
afterAll(() => engine.stop())

test.each([
  [0, 'first'],
  [9.99, 'first'],
  [10, 'first'],
  [19.99, 'first'],
  [20, 'second'],
  [30, 'later'],
  [50, undefined],
])('at hour %d the sale that is on, or comes next, is %s', async (hour, slug) => {
  expect((await readNextSale(engine.db, hour * HOUR_MS))?.slug).toBe(slug)
})

test('a sale shows what of it can be bought, in its own order', async () => {
  const units = [await engine.sell(), await engine.sell(), await engine.sell()]
  const codes = units.map(productCodeOf)
  await engine.db.product.updateMany({ data: { publishedAt: new Date(1) } })
  await engine.db.saleProduct.createMany({ data: codes.map((productCode, i) => ({ saleSlug: 'first', productCode, position: -i })) })
  const shown = async () => (await readSale(engine.db, 'first'))?.products.map(({ code }) => code)
  expect(await shown()).toEqual([...codes].reverse())
  await withdraw(engine.db, units[1] as (typeof units)[number], Date.now())
  expect(await shown()).toEqual([codes[2], codes[0]])
  expect(await readSale(engine.db, 'nothing')).toBeNull()
})
