import { cacheLife, cacheTag } from 'next/cache'
import type { Sort } from '#/domain/list-path.ts'
import { type AsOf, asOfTag, isSame, lesser } from '../cache/as-of.ts'
import type { Json, Reading } from '../cache/data-cache.ts'
import { displayPageLife, lifeUntil, tags } from '../cache/manifest.ts'
import { type Addresses, EVERYTHING, type GoneProduct, readAddresses, readGoneProduct, type Slugs } from '../catalog/read-addresses.ts'
import {
  type CategoryLink,
  type Credit,
  type ProductCard,
  type ProductView,
  readAllProducts,
  readCategory,
  readCategoryLinks,
  readCredits,
  readFeatured,
  readProduct,
} from '../catalog/read-catalog.ts'
import { type ListPage, readListPage } from '../catalog/read-list.ts'
import { readSale, readSalesOn, type SaleLink, type SaleView } from '../catalog/read-sale.ts'
import type { Db } from '../db/client.ts'
import { dataCache } from './data-cache.ts'
import { slugsReading } from './known-slugs.ts'
import { runtime } from './runtime.ts'
import { asOfNow } from './tag-clock.ts'

/**
 * What display pages read, from the data cache. `'use cache'` is there for what the framework has to know of it: how long it lives, the tags of
 * what it shows, so that an edit renders just those pages anew, and the number of the feed that it is of, which a page carries on. That is asked
 * for before anything is read, and is part of the arguments, so that a page that is rendered after an edit never joins a reading from before it.
 */

/** Reads, and has the page carry what was read. While Postgres is away a page that nobody has is made of what is old, and is old from the start. */
async function carried<T extends Json>(asOf: AsOf, key: string, source: (db: Db) => Promise<Reading<T>>): Promise<T> {
  const read = await dataCache().read(key, () => source(runtime().ports.db), { orStale: true })
  const of = lesser(asOf, read.asOf)
  // One by one: of those that come together Next takes no more than a hundred or so (16.4), and drops the rest.
  for (const tag of [asOfTag(of), ...read.tags]) cacheTag(tag)
  // The framework keeps it under the number that was asked for, which it is not of: for a moment only.
  if (!isSame(of, asOf)) cacheLife(lifeUntil(Date.now(), Date.now()))
  return read.value
}

type SuggestedProduct = Pick<ProductCard, 'slug' | 'name' | 'picture'>

/** What there is one of in the shop, by the name that it is kept under. */
type Wholes = {
  readonly addresses: Addresses
  readonly slugs: Slugs
  readonly featured: ProductCard[]
  readonly suggestions: SuggestedProduct[]
  readonly 'all-products': ProductCard[]
  readonly categories: CategoryLink[]
  readonly credits: Credit[]
}

const WHOLES: { readonly [Name in keyof Wholes]: (db: Db) => Promise<Reading<Wholes[Name]>> } = {
  addresses: async (db) => ({ value: await readAddresses(db), tags: [tags.catalogue, tags.addresses] }),
  slugs: slugsReading,
  featured: async (db) => withProductTags(await readFeatured(db)),
  suggestions: async (db) => {
    const featured = await readFeatured(db)
    return { value: featured.map(({ slug, name, picture }) => ({ slug, name, picture })), tags: [tags.catalogue] }
  },
  'all-products': async (db) => withProductTags(await readAllProducts(db)),
  categories: async (db) => ({ value: await readCategoryLinks(db), tags: [tags.catalogue] }),
  credits: async (db) => ({ value: await readCredits(db), tags: [tags.catalogue, tags.credits] }),
}

async function keptWhole<Name extends keyof Wholes>(name: Name, asOf: AsOf): Promise<Wholes[Name]> {
  'use cache'
  cacheLife(displayPageLife)
  return carried<Wholes[Name]>(asOf, name, WHOLES[name])
}

function withProductTags(products: ProductCard[]): Reading<ProductCard[]> {
  return { value: products, tags: [tags.catalogue, ...productTags(products)] }
}

/** Whoever asks for another slug is told by this alone: nothing is read for it, and nothing is kept of it. */
function keptSlugs(asOf: AsOf): Promise<Slugs> {
  return keptWhole('slugs', asOf)
}

/** What stands in the sitemap. */
export function cachedAddresses(): Promise<Addresses> {
  return keptWhole('addresses', asOfNow())
}

/** A product that is sold, by its slug; null when there is none. */
export async function cachedProduct(slug: string): Promise<ProductView | null> {
  const asOf = asOfNow()
  return (await keptSlugs(asOf)).products.includes(slug) ? keptProduct(slug, asOf) : null
}

async function keptProduct(slug: string, asOf: AsOf): Promise<ProductView | null> {
  'use cache'
  cacheLife(displayPageLife)
  return carried(asOf, `product:${slug}`, async (db) => {
    const product = await readProduct(db, slug)
    return { value: product && product.variants.length > 0 ? product : null, tags: tagsOfProduct(product) }
  })
}

/** A product that was sold once and is no more, by its slug; null when there is none. */
export async function cachedGoneProduct(slug: string): Promise<GoneProduct | null> {
  const asOf = asOfNow()
  return (await keptSlugs(asOf)).products.includes(slug) ? keptGoneProduct(slug, asOf) : null
}

async function keptGoneProduct(slug: string, asOf: AsOf): Promise<GoneProduct | null> {
  'use cache'
  cacheLife(displayPageLife)
  return carried(asOf, `gone:${slug}`, async (db) => {
    const product = await readGoneProduct(db, slug)
    return { value: product, tags: tagsOfProduct(product) }
  })
}

function tagsOfProduct(product: Pick<ProductView, 'code' | 'category'> | GoneProduct | null): string[] {
  return [tags.catalogue, ...(product ? [tags.product(product.code), tags.category(product.category.id)] : [])]
}

export type ListView = ListPage & CategoryLink & { readonly description: string }

/** One page of a category, or of everything; null where there is no such page. */
export async function cachedList(slug: string, sort: Sort, page: number): Promise<ListView | null> {
  const asOf = asOfNow()
  if (!(await keptSlugs(asOf)).lists.includes(slug)) return null
  // A page beyond the last is known from the first, so that nothing is kept of it.
  if (page > 1 && page > ((await keptList(slug, sort, 1, asOf))?.pages ?? 0)) return null
  return keptList(slug, sort, page, asOf)
}

async function keptList(slug: string, sort: Sort, page: number, asOf: AsOf): Promise<ListView | null> {
  'use cache'
  cacheLife(displayPageLife)
  return carried(asOf, `list:${slug}:${sort}:${page}`, async (db): Promise<Reading<ListView | null>> => {
    const category = slug === EVERYTHING.slug ? { ...EVERYTHING, id: null } : await readCategory(db, slug)
    const found = category && (await readListPage(db, category.id, { sort, page }))
    if (!category || !found) return { value: null, tags: [tags.catalogue] }
    const ofCategory = category.id === null ? [] : [tags.category(category.id)]
    const ofOrder = sort === 'price-low' || sort === 'price-high' ? [tags.prices] : []
    const { name, description } = category
    return {
      value: { ...found, slug, name, description },
      tags: [tags.catalogue, ...ofCategory, ...ofOrder, ...productTags(found.products)],
    }
  })
}

/** The sale that the shop puts first of those that are on, as the menu names it; null when none is on. Of what is in it nothing is carried. */
export async function cachedSaleLink(): Promise<SaleLink | null> {
  return (await keptSalesOn(asOfNow()))[0] ?? null
}

/** A sale that is on: the one of this slug, or else the one that the shop puts first. Null when it is not on, or none is. */
export async function cachedSale(slug?: string): Promise<SaleView | null> {
  const asOf = asOfNow()
  const on = await keptSalesOn(asOf)
  const wanted = slug === undefined ? on[0] : on.find((sale) => sale.slug === slug)
  return wanted ? keptSale(wanted.slug, asOf) : null
}

/** Asked anew when any sale begins or ends. */
async function keptSalesOn(asOf: AsOf): Promise<readonly SaleLink[]> {
  'use cache'
  const { on, changesAtMs } = await carried(asOf, 'sales-on', async (db) => {
    const value = await readSalesOn(db, Date.now())
    return { value, tags: [tags.catalogue], untrueAtMs: value.changesAtMs }
  })
  cacheLife(lifeUntil(changesAtMs, Date.now()))
  return on
}

async function keptSale(slug: string, asOf: AsOf): Promise<SaleView | null> {
  'use cache'
  cacheLife(displayPageLife)
  return carried(asOf, `sale:${slug}`, async (db) => {
    const sale = await readSale(db, slug)
    const ofPicture = sale?.describedBy ? [tags.product(sale.describedBy)] : []
    return { value: sale, tags: [tags.catalogue, ...ofPicture, ...(sale ? productTags(sale.products) : [])] }
  })
}

export function cachedFeatured(): Promise<ProductCard[]> {
  return keptWhole('featured', asOfNow())
}

/**
 * What a page that is not there suggests. It stands unseen in what every page tells the framework, so it carries no product's tag, or an edit of
 * one of these would make the whole shop old: that is why it has no prices.
 */
export function cachedSuggestions(): Promise<SuggestedProduct[]> {
  return keptWhole('suggestions', asOfNow())
}

export function cachedAllProducts(): Promise<ProductCard[]> {
  return keptWhole('all-products', asOfNow())
}

export function cachedCategoryLinks(): Promise<CategoryLink[]> {
  return keptWhole('categories', asOfNow())
}

export function cachedCredits(): Promise<Credit[]> {
  return keptWhole('credits', asOfNow())
}

function productTags(products: readonly ProductCard[]): string[] {
  return products.map((product) => tags.product(product.code))
}
