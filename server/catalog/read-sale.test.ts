import { afterAll, beforeAll, expect, test } from 'vitest'
import { productCodeOf } from '#/domain/sku.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { withdraw } from './edit-catalog.ts'
import { readSale, readSalesOn } from './read-sale.ts'

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
  const sales = [sale('first', 20, 40, 1), sale('second', 10, 30, 2), sale('later', 50, 60, 0)]
  await engine.db.sale.createMany({ data: sales })
})
afterAll(() => engine.stop())

test.each([
  [0, [], 10],
  [10, ['second'], 20],
  [19.99, ['second'], 20],
  [20, ['first', 'second'], 30],
  [30, ['first'], 40],
  [40, [], 50],
  [50, ['later'], 60],
  [60, [], null],
])('at hour %d the sales %j are on, the first in the shop’s order first, and that is so until hour %j', async (hour, slugs, changes) => {
  expect(await readSalesOn(engine.db, hour * HOUR_MS)).toEqual({
    on: slugs.map((slug) => ({ slug, title: expect.any(String) })),
    changesAtMs: changes === null ? null : changes * HOUR_MS,
  })
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

test('the picture of a sale is described by one product and always the same, which the sale names', async () => {
  const codes = [await engine.sell(), await engine.sell()].map(productCodeOf).sort()
  const picture = { file: 'x.jpg', width: 3, height: 2, focalX: 0.5, focalY: 0.5, photographer: '', source: '', license: '' }
  await engine.db.image.create({ data: { id: 'x', ...picture } })
  await engine.db.sale.update({ where: { slug: 'later' }, data: { imageId: 'x' } })
  for (const productCode of [...codes].reverse())
    await engine.db.productImage.create({ data: { productCode, imageId: 'x', alt: `as ${productCode} has it`, position: 0 } })
  expect(await readSale(engine.db, 'later')).toMatchObject({ picture: { alt: `as ${codes[0]} has it` }, describedBy: codes[0] })
})
