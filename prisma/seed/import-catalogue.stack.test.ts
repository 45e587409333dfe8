import { afterAll, beforeAll, expect, test } from 'vitest'
import { sku } from '#/domain/sku.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { setPrice } from '#/server/catalog/edit-catalog.ts'
import { endCode } from '#/server/catalog/edit-codes.ts'
import { codes } from '../catalogue/codes.ts'
import { plants } from '../catalogue/plants.ts'
import type { Product } from '../catalogue/product.ts'
import { importCatalogue, importCodes } from './import-catalogue.ts'
import { readPhotos } from './read-photos.ts'

const VASE = sku('VASE')
const photo = (id: string) => ({
  id,
  file: `${id}.jpg`,
  width: 1600,
  height: 1200,
  focalX: 0.5,
  focalY: 0.5,
  photographer: 'Somebody',
  source: 'https://example.com',
  license: 'CC0',
})
const shown = (id: string, alt = 'A vase.') => ({ file: `${id}.jpg`, focal: [0.5, 0.5], alt }) as const
const vase: Product = {
  code: 'VASE',
  slug: 'vase',
  name: 'Vase',
  summary: 'A vase.',
  text: ['A vase.'],
  details: {},
  photos: [shown('first')],
  featured: false,
  options: [],
  variants: [{ sku: VASE, choices: {}, price: 20_00, was: null, stock: 5, grams: 900, limit: 3, limitPerCustomer: 4 }],
}

let engine: TestEngine

beforeAll(async () => {
  engine = await startTestEngine()
  await importVase({})
  await engine.rest()
})
afterAll(() => engine.stop())

function importVase(change: Partial<Product>, focal = { focalX: 0.5, focalY: 0.5 }): Promise<void> {
  const photos = new Map(['first', 'second'].map((id) => [`${id}.jpg`, { ...photo(id), ...focal }]))
  return importCatalogue(engine.db, [{ slug: 'vases', name: 'Vases', description: '', products: [{ ...vase, ...change }] }], photos)
}

const told = () => engine.db.outboxMessage.count({ where: { topic: 'offer.changed', subject: VASE } })

async function cardInCore() {
  await engine.rest()
  const offers = await engine.counters.offers([VASE])
  return offers.ok ? offers.value.get(VASE)?.card : undefined
}

test.each([
  ['name', { name: 'Tall vase' }, { name: 'Tall vase' }],
  ['address', { slug: 'tall-vase' }, { slug: 'tall-vase' }],
  ['picture', { photos: [shown('second')] }, { image: { id: 'second' } }],
  ['words for its picture', { photos: [shown('first', 'A tall vase.')] }, { image: { id: 'first', alt: 'A tall vase.' } }],
  ['label', { variants: vase.variants.map((own) => ({ ...own, choices: { Colour: 'Red' } })) }, { label: 'Red' }],
] as const)(
  'core is told of a known SKU whose %s is another since the last import, and of nothing when nothing is',
  async (_, change, card) => {
    await importVase(change)
    expect(await told()).toBe(1)
    expect(await cardInCore()).toMatchObject(card)
    await importVase(change)
    expect(await told()).toBe(0)
  },
)

test('an import leaves alone what the shop has decided since: prices, limits, stock', async () => {
  await setPrice(engine.db, VASE, 33_00, Date.now())
  await importVase({ variants: vase.variants.map((own) => ({ ...own, price: 1, stock: 1, limit: 1 })) })
  const [offer] = await engine.book.currentOffers([VASE])
  expect(offer).toMatchObject({ version: 2, priceMinor: 33_00, limitPerOrder: 3, limitPerCustomer: 4, weightGrams: 900 })
  expect((await engine.db.stock.findUniqueOrThrow({ where: { sku: VASE } })).onHand).toBe(5)
})

test('a photograph whose focal point moved is encoded again, for its picture for sharing; one that stayed is not', async () => {
  const encodedAt = new Date()
  await engine.db.image.updateMany({ data: { encodedAt } })
  const waiting = () => engine.db.image.count({ where: { encodedAt: null } })
  await importVase({})
  expect(await waiting()).toBe(0)
  await importVase({}, { focalX: 0.5, focalY: 0.25 })
  expect(await waiting()).toBe(2)
})

test('the codes of the seed come in once, reach core, and stay as the shop left them', async () => {
  await importCatalogue(engine.db, [plants], await readPhotos([plants]))
  await importCodes(engine.db, codes)
  await endCode(engine.db, 'FREESHIP', Date.now())
  await importCodes(engine.db, codes)
  await engine.rest()
  const versions = await Promise.all(codes.map(async ({ code }) => engine.counters.discount(code)))
  expect(versions).toMatchObject(codes.map(({ code }) => ({ ok: true, value: { code, version: code === 'FREESHIP' ? 2 : 1 } })))
})
