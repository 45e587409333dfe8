import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Sku, sku } from '#/domain/sku.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { importCatalogue } from '#/prisma/seed/import-catalogue.ts'
import { readTags } from '../cache/read-tags.ts'
import { EXIT, print } from './answer.ts'
import { carryOutCatalog } from './catalog-answer.ts'
import { readCatalogCommand } from './read-catalog-command.ts'

let engine: TestEngine

beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine.stop())

async function run(...args: string[]) {
  const asked = readCatalogCommand(args)
  if (!asked.ok) return { code: EXIT.usage, text: asked.why }
  const given = await carryOutCatalog(engine, asked.value)
  return { code: given.code, text: print(given, asked.value.json) }
}
const json = async (...args: string[]) => JSON.parse((await run(...args, '--json')).text)

const feedNow = () => readTags(engine.db, 0)
const price = async (unit: Sku) => (await json('show', unit)).product.variants[0].priceMinor

test('nothing is changed, or told, without --yes, nor with --dry-run; what is said then is what is done', async () => {
  const unit = await engine.sell()
  const before = [await json('show', unit), (await feedNow()).head]
  for (const wish of [
    ['set-price', unit, '19.99'],
    ['withdraw', unit],
    ['restock', unit, '5'],
    ['touch', 'catalogue'],
  ]) {
    for (const words of [[], ['--yes', '--dry-run']]) {
      expect(await run(...wish, ...words)).toMatchObject({ code: EXIT.fine, text: expect.stringContaining('Nothing was changed') })
    }
    expect([await json('show', unit), (await feedNow()).head]).toEqual(before)
  }
  const would = await run('set-price', unit, '19.99')
  const done = await run('set-price', unit, '19.99', '--yes')
  expect(done.text.split('\n')[0]).toBe(would.text.split('\n')[0])
  expect(await price(unit)).toBe(19_99)
})

test('an edit says the number of the feed that it was given, under which the tags it touched stand', async () => {
  const unit = await engine.sell()
  const { head } = await feedNow()
  const { sequence } = await json('set-price', unit, '12', '--yes')
  expect(sequence).toBe(head + 1)
  expect((await feedNow()).changed.get(`product:${unit}`)).toBe(sequence)
  expect(await json('set-price', unit, '12.00', '--yes'), 'it costs that already').toMatchObject({ done: false })
  expect(await json('touch', 'prices', '--yes')).toMatchObject({ done: true, sequence: head + 2 })
  expect((await feedNow()).changed.get('prices')).toBe(head + 2)
})

test('a product is withdrawn and published again, with its SKU where there is just that one', async () => {
  const unit = await engine.sell()
  expect((await run('withdraw', unit, '--yes')).text).toContain('1 SKU of it from sale')
  expect((await run('show', unit)).text).toMatch(/withdrawn:\n.*not sold/)
  expect(await json('withdraw', unit, '--yes')).toMatchObject({ code: EXIT.fine, done: false })
  const { head } = await feedNow()
  const published = await json('publish', unit, '--yes')
  expect(published, 'both are one edit').toMatchObject({ done: true, sequence: head + 1 })
  expect((await feedNow()).head).toBe(head + 1)
  expect((await json('show', unit)).product).toMatchObject({ withdrawnAt: null, variants: [{ isSold: true }] })
  expect(await json('publish', unit, '--yes')).toMatchObject({ code: EXIT.fine, done: false })
})

test('of a product with several SKUs each is withdrawn and sold again by itself', async () => {
  const product = {
    ...{ code: 'HAT', slug: 'hat', name: 'Hat', summary: 'A hat.', text: ['A hat.'], details: {}, photos: [], featured: false },
    options: [{ name: 'Size', values: ['S', 'M'] }],
    variants: ['S', 'M'].map((size) => ({
      sku: sku(`HAT-${size}`),
      choices: { Size: size },
      price: 9_00,
      was: null,
      stock: 3,
      grams: 100,
      limit: 5,
    })),
  }
  await importCatalogue(engine.db, [{ slug: 'hats', name: 'Hats', description: '', products: [product] }], new Map())
  const sold = async () => (await json('show', 'HAT')).product.variants.map((each: { isSold: boolean }) => each.isSold)
  expect((await run('withdraw', 'HAT-S', '--yes')).code).toBe(EXIT.fine)
  expect(await sold()).toEqual([false, true])
  await run('withdraw', 'HAT', '--yes')
  expect((await run('publish', 'HAT', '--yes')).text).toContain('Not sold: HAT-S, HAT-M.')
  expect(await sold()).toEqual([false, false])
  await run('publish', 'HAT-M', '--yes')
  expect(await sold()).toEqual([false, true])
  expect((await run('show')).text).toMatch(/HAT +published +€9\.00 +Hat/)
})

test('units that are restocked can be sold', async () => {
  const unit = await engine.sell({ stock: 1 })
  expect((await run('restock', unit, '4', '--yes')).text).toContain('5 on hand')
  await engine.rest()
  expect((await engine.counters.place(await engine.placing([[unit, 5]]))).code).toBe('PLACED')
})

test('what cannot be done is said in words, with exit code 1', async () => {
  const unit = await engine.sell()
  const full = await engine.sell({ stock: 1_000_000_000 })
  for (const [args, words] of [
    [['show', 'NOBODY'], 'SKU NOBODY'],
    [['set-price', 'NOBODY-XL', '1.00'], 'SKU NOBODY-XL'],
    [['withdraw', 'NOBODY'], 'SKU NOBODY'],
    [['publish', 'NOBODY'], 'SKU NOBODY'],
    [['restock', 'NOBODY', '1'], 'SKU NOBODY'],
    [['set-price', unit, '9999999.99'], 'at most'],
    [['restock', full, '1'], 'at most 1000000000 units'],
  ] as const) {
    expect(await run(...args, '--yes')).toMatchObject({ code: EXIT.trouble, text: expect.stringContaining(words) })
  }
})

test.each([
  [['set-price', 'VASE'], 'a price in euros'],
  [['set-price', 'VASE', '12.5'], 'a price in euros'],
  [['set-price', 'VASE', '0'], 'above nothing'],
  [['set-price', 'VASE', '0.00'], 'above nothing'],
  [['set-price', 'VASE', '1e3'], 'a price in euros'],
  [['set-price', 'vase', '12.50'], 'a SKU'],
  [['set-price', 'VASE', '12.50', '13.50'], 'a SKU'],
  [['restock', 'VASE', '0'], 'how many units'],
  [['restock', 'VASE', '2000000'], 'how many units'],
  [['touch', 'as-of:1'], 'cache tag'],
  [['touch', 'product:va se'], 'cache tag'],
  [['publish', 'A\u0000B'], 'a product'],
  [['show', 'VASE', 'LAMP'], 'a product'],
  [['toString'], 'no command toString'],
  [['withdraw', 'VASE', '--force'], '--force'],
])('%j is not understood', async (args, words) => {
  expect(await run(...args)).toMatchObject({ code: EXIT.usage, text: expect.stringContaining(words) })
})
