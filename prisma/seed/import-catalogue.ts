import { createHash } from 'node:crypto'
import { tags } from '#/server/cache/manifest.ts'
import { edit } from '#/server/catalog/edit.ts'
import { type CodeDraft, putCode } from '#/server/catalog/edit-codes.ts'
import { readCurrentOffers } from '#/server/catalog/read-offers.ts'
import { tellOfSales } from '#/server/catalog/tell-sales.ts'
import type { Db, Tx } from '#/server/db/client.ts'
import { BLUR_VERSION } from '#/server/media/recipe.ts'
import { type Category, labelOf, type Product, type Variant } from '../catalogue/product.ts'
import type { SeedSale } from '../catalogue/sale.ts'
import { importImage, importPhotosOf, need } from './import-photos.ts'
import type { PhotoRow } from './read-photos.ts'

const HOUR_MS = 3_600_000

/**
 * Brings the catalogue into the database in one transaction. What the shop decides later is its own: a SKU that is there already keeps its
 * offers and its stock, and only texts, options, pictures and order are brought up to date. Core hears of each card that is another by now.
 */
export async function importCatalogue(db: Db, categories: readonly Category[], photos: ReadonlyMap<string, PhotoRow>): Promise<void> {
  const now = new Date()
  await edit(
    db,
    async (tx, touched) => {
      const before = await readCards(tx)
      for (const [position, category] of categories.entries()) {
        const { slug, name, description } = category
        const row = { slug, name, description, position }
        await tx.category.upsert({ where: { id: slug }, create: { id: slug, ...row }, update: row })
      }
      for (const photo of photos.values()) await importImage(tx, photo)
      for (const category of categories) {
        for (const [position, item] of category.products.entries()) await importProduct(tx, category.slug, item, position, photos, now)
      }
      const changed = [...(await readCards(tx))].filter(([sku, card]) => before.has(sku) && before.get(sku) !== card)
      touched.offers(...changed.map(([sku]) => sku))
      touched.tags(tags.catalogue)
    },
    { timeout: 60_000 },
  )
}

/** Brings in the codes that are not there yet; one that is there is the shop's own, and stays as it is. Throws for one that is wrong. */
export async function importCodes(db: Db, codes: readonly CodeDraft[]): Promise<void> {
  for (const draft of codes) {
    if ((await db.discountCode.count({ where: { code: draft.code } })) > 0) continue
    const put = await putCode(db, draft, Date.now())
    if (!put.ok) throw new Error(`the code ${draft.code} of the seed: ${put.code}`)
  }
}

/**
 * Brings in a sale of everything that costs less than it did, which begins now, unless there is one of its name: when that ends is the shop's
 * own business.
 */
export async function importSale(
  db: Db,
  sale: SeedSale,
  categories: readonly Category[],
  photos: ReadonlyMap<string, PhotoRow>,
): Promise<void> {
  const { slug, title, text, photo, endsAt } = sale
  if ((await db.sale.count({ where: { slug } })) > 0) return
  const now = new Date()
  const reduced = categories.flatMap(({ products }) => products).filter(({ variants }) => variants.some(({ was }) => was !== null))
  const products = { create: reduced.map(({ code }, position) => ({ productCode: code, position })) }
  const image = { connect: { id: need(photos, photo).id } }
  // What comes in now is built next: there is nothing to make ready ahead.
  const begun = { startsAt: now, warmedBegun: now }
  await db.sale.create({ data: { slug, title, text, ...begun, endsAt: endsAt(now), position: 0, image, products } })
  // At once, so that what is built next is not old as soon as a worker tells of it.
  await tellOfSales(db, now.getTime())
}

/** A fingerprint of everything that an import would bring in. */
export function fingerprintOf(
  categories: readonly Category[],
  photos: ReadonlyMap<string, PhotoRow>,
  codes: readonly CodeDraft[],
  sale: SeedSale,
): string {
  return createHash('sha256')
    .update(JSON.stringify([categories, [...photos], codes, sale, BLUR_VERSION]))
    .digest('hex')
    .slice(0, 16)
}

/** What cart and checkout show of each SKU, to be compared. */
async function readCards(tx: Tx): Promise<Map<string, string>> {
  return new Map((await readCurrentOffers(tx, 'all')).map(({ sku, card }) => [sku, JSON.stringify(card)]))
}

async function importProduct(
  tx: Tx,
  categoryId: string,
  item: Product,
  position: number,
  photos: ReadonlyMap<string, PhotoRow>,
  now: Date,
): Promise<void> {
  const { code, slug, name, summary, featured } = item
  const details = Object.entries(item.details).map(([label, value]) => ({ label, value }))
  const row = { slug, name, summary, description: item.text.join('\n\n'), details, position, featured, categoryId }
  // The first of each category are its newest.
  const addedAt = new Date(now.getTime() - position * HOUR_MS)
  await tx.product.upsert({ where: { code }, create: { code, ...row, addedAt, publishWantedAt: now, publishedAt: now }, update: row })
  await tx.productOption.deleteMany({ where: { productCode: code } })
  await tx.productOption.createMany({
    data: item.options.map((option, i) => ({ productCode: code, name: option.name, position: i, values: [...option.values] })),
  })
  await importPhotosOf(tx, code, item.photos, photos, now)
  for (const [i, variant] of item.variants.entries()) await importVariant(tx, code, variant, i, now)
}

async function importVariant(tx: Tx, productCode: string, variant: Variant, position: number, now: Date): Promise<void> {
  const { sku, choices, grams, price, was, limit, limitPerCustomer = null, stock } = variant
  const row = { productCode, label: labelOf(variant), choices: { ...choices }, position }
  if ((await tx.variant.count({ where: { sku } })) > 0) {
    await tx.variant.update({ where: { sku }, data: row })
    return
  }
  await tx.variant.create({ data: { sku, ...row, offerVersion: 1 } })
  await tx.offer.create({
    data: {
      sku,
      version: 1,
      priceMinor: price,
      compareAtMinor: was,
      currency: 'EUR',
      weightGrams: grams,
      limitPerOrder: limit,
      limitPerCustomer,
      createdAt: now,
    },
  })
  await tx.stock.create({ data: { sku, onHand: stock, allocated: 0, version: 1 } })
  const movement = { sku, version: 1, reason: 'initial', onHandDelta: stock, allocatedDelta: 0, droppedReservations: [] }
  await tx.stockMovement.create({ data: { ...movement, createdAt: now } })
  await tx.outboxMessage.createMany({
    data: [
      { topic: 'stock.moved', subject: sku },
      { topic: 'offer.changed', subject: sku },
    ],
  })
}
