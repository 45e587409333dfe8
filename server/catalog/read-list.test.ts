import { afterAll, beforeAll, expect, test } from 'vitest'
import { LIST_PAGE_SIZE, type Sort } from '#/domain/list-path.ts'
import { sku } from '#/domain/sku.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { product } from '#/prisma/catalogue/product.ts'
import { importCatalogue } from '#/prisma/seed/import-catalogue.ts'
import { withdraw } from './edit-catalog.ts'
import { readListPage } from './read-list.ts'

const PRODUCTS = LIST_PAGE_SIZE + 6
const codes = Array.from({ length: PRODUCTS }, (_, i) => `THING${String(i).padStart(2, '0')}`)
/** Some cost the same, so that an order by price alone would be no order. */
const priceOf = (i: number) => ((i * 7) % 10) * 100 + 100

let engine: TestEngine

beforeAll(async () => {
  engine = await startTestEngine()
  const thing = (code: string, i: number) =>
    product({
      code,
      slug: code.toLowerCase(),
      name: code,
      summary: '',
      text: [],
      details: {},
      photos: [],
      price: priceOf(i),
      grams: 1,
      stock: 1,
    })
  const category = (slug: string, from: number, to: number) => ({
    slug,
    name: slug,
    description: '',
    products: codes.slice(from, to).map((code, i) => thing(code, from + i)),
  })
  await importCatalogue(engine.db, [category('few', 0, 4), category('many', 4, PRODUCTS)], new Map())
  for (const [i, code] of codes.entries()) await engine.db.product.update({ where: { code }, data: { addedAt: new Date(i % 5) } })
})
afterAll(() => engine.stop())

async function list(categoryId: string | null, sort: Sort): Promise<string[]> {
  const pages = [1, 2, 3].map((page) => readListPage(engine.db, categoryId, { sort, page }))
  return (await Promise.all(pages)).flatMap((found) => found?.products.map(({ code }) => code) ?? [])
}

const by = (key: (i: number) => number) =>
  codes
    .map((code, i) => ({ code, key: key(i) }))
    .sort((a, b) => a.key - b.key || a.code.localeCompare(b.code))
    .map(({ code }) => code)

test.each<[Sort, string[]]>([
  ['catalogue', codes],
  ['price-low', by(priceOf)],
  ['price-high', by((i) => -priceOf(i))],
  ['newest', by((i) => -(i % 5))],
])('the pages of a list in the order %s hold everything once, in that order', async (sort, expected) => {
  expect(await list(null, sort)).toEqual(expected)
})

test('a list says how much it holds and on how many pages; beyond them there is none', async () => {
  expect(await readListPage(engine.db, null, { sort: 'catalogue', page: 2 })).toMatchObject({ total: PRODUCTS, pages: 2 })
  expect(await readListPage(engine.db, null, { sort: 'catalogue', page: 3 })).toBeNull()
  expect(await readListPage(engine.db, 'few', { sort: 'catalogue', page: 1 })).toMatchObject({ total: 4, pages: 1 })
  expect(await readListPage(engine.db, 'nothing', { sort: 'newest', page: 1 })).toEqual({ products: [], total: 0, pages: 1 })
})

test('what cannot be bought any more, or is not published, stands in no list', async () => {
  await withdraw(engine.db, sku('THING00'), Date.now())
  await engine.db.product.update({ where: { code: 'THING01' }, data: { publishedAt: null } })
  await engine.db.product.update({ where: { code: 'THING02' }, data: { withdrawnAt: new Date(1) } })
  expect(await list('few', 'catalogue')).toEqual(['THING03'])
})
