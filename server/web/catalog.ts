import { cacheLife, cacheTag } from 'next/cache'
import type { Sort } from '#/domain/list-path.ts'
import { type AsOf, asOfTag } from '../cache/as-of.ts'
import { displayPageLife, lifeUntil, tags } from '../cache/manifest.ts'
import { type Addresses, type GoneProduct, readAddresses, readGoneProduct } from '../catalog/read-addresses.ts'
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
import { runtime } from './runtime.ts'
import { asOfNow } from './tag-clock.ts'

/**
 * What display pages read. Each is cached under the tags of what it shows, so that an edit renders just those pages anew, and under the number
 * of the feed that was known before it was read, which a page carries on as what it is of. The number is part of what it is kept under, too: a
 * page that is rendered after an edit never joins a reading that began before it.
 */

/** What stands in the sitemap. */
export function cachedAddresses(): Promise<Addresses> {
  return keptAddresses(asOfNow())
}

async function keptAddresses(asOf: AsOf): Promise<Addresses> {
  'use cache'
  cacheLife(displayPageLife)
  cacheTag(asOfTag(asOf), tags.catalogue, tags.addresses)
  return readAddresses(runtime().ports.db)
}

type Slugs = { readonly products: readonly string[]; readonly categories: readonly string[] }

/**
 * Every slug that leads, or once led, somewhere. Whoever asks for another one is told by this alone: nothing is read for it, and nothing is
 * kept of it. Pages carry its tags, so it has the one only that they have anyway.
 */
async function keptSlugs(asOf: AsOf): Promise<Slugs> {
  'use cache'
  cacheLife(displayPageLife)
  cacheTag(asOfTag(asOf), tags.catalogue)
  const { products, categories } = await readAddresses(runtime().ports.db)
  return { products: products.map(({ slug }) => slug), categories }
}

/** A product that is sold, by its slug; null when there is none. */
export async function cachedProduct(slug: string): Promise<ProductView | null> {
  const asOf = asOfNow()
  return (await keptSlugs(asOf)).products.includes(slug) ? keptProduct(slug, asOf) : null
}

async function keptProduct(slug: string, asOf: AsOf): Promise<ProductView | null> {
  'use cache'
  cacheLife(displayPageLife)
  const product = await readProduct(runtime().ports.db, slug)
  tagProductPage(product, asOf)
  return product && product.variants.length > 0 ? product : null
}

/** A product that was sold once and is no more, by its slug; null when there is none. */
export async function cachedGoneProduct(slug: string): Promise<GoneProduct | null> {
  const asOf = asOfNow()
  return (await keptSlugs(asOf)).products.includes(slug) ? keptGoneProduct(slug, asOf) : null
}

async function keptGoneProduct(slug: string, asOf: AsOf): Promise<GoneProduct | null> {
  'use cache'
  cacheLife(displayPageLife)
  const product = await readGoneProduct(runtime().ports.db, slug)
  tagProductPage(product, asOf)
  return product
}

function tagProductPage(product: Pick<ProductView, 'code' | 'category'> | GoneProduct | null, asOf: AsOf): void {
  cacheTag(asOfTag(asOf), tags.catalogue, ...(product ? [tags.product(product.code), tags.category(product.category.id)] : []))
}

/** The list of all categories together. */
export const EVERYTHING = {
  slug: 'everything',
  name: 'Everything',
  description: 'All that we sell, from the first page of the catalogue to the last.',
}

export type ListView = ListPage & CategoryLink & { readonly description: string }

/** One page of a category, or of everything; null where there is no such page. */
export async function cachedList(slug: string, sort: Sort, page: number): Promise<ListView | null> {
  const asOf = asOfNow()
  const isKnown = slug === EVERYTHING.slug || (await keptSlugs(asOf)).categories.includes(slug)
  if (!isKnown) return null
  // A page beyond the last is known from the first, so that nothing is kept of it.
  if (page > 1 && page > ((await keptList(slug, sort, 1, asOf))?.pages ?? 0)) return null
  return keptList(slug, sort, page, asOf)
}

async function keptList(slug: string, sort: Sort, page: number, asOf: AsOf): Promise<ListView | null> {
  'use cache'
  cacheLife(displayPageLife)
  cacheTag(asOfTag(asOf), tags.catalogue)
  const { db } = runtime().ports
  const category = slug === EVERYTHING.slug ? { ...EVERYTHING, id: null } : await readCategory(db, slug)
  const found = category && (await readListPage(db, category.id, { sort, page }))
  if (!category || !found) return null
  if (category.id !== null) cacheTag(tags.category(category.id))
  if (sort === 'price-low' || sort === 'price-high') cacheTag(tags.prices)
  cacheTag(...productTags(found.products))
  return { ...found, slug, name: category.name, description: category.description }
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
  const nowMs = Date.now()
  const { on, changesAtMs } = await readSalesOn(runtime().ports.db, nowMs)
  cacheLife(lifeUntil(changesAtMs, nowMs))
  cacheTag(asOfTag(asOf), tags.catalogue)
  return on
}

async function keptSale(slug: string, asOf: AsOf): Promise<SaleView | null> {
  'use cache'
  cacheLife(displayPageLife)
  const sale = await readSale(runtime().ports.db, slug)
  cacheTag(asOfTag(asOf), tags.catalogue, ...(sale ? productTags(sale.products) : []))
  return sale
}

export function cachedFeatured(): Promise<ProductCard[]> {
  return keptFeatured(asOfNow())
}

async function keptFeatured(asOf: AsOf): Promise<ProductCard[]> {
  'use cache'
  cacheLife(displayPageLife)
  const products = await readFeatured(runtime().ports.db)
  cacheTag(asOfTag(asOf), tags.catalogue, ...productTags(products))
  return products
}

/**
 * What a page that is not there suggests. It stands unseen in what every page tells the framework, so it carries no product's tag, or an edit of
 * one of these would make the whole shop old; who does see it is answered by a rendering of his own.
 */
export function cachedSuggestions(): Promise<ProductCard[]> {
  return keptSuggestions(asOfNow())
}

async function keptSuggestions(asOf: AsOf): Promise<ProductCard[]> {
  'use cache'
  cacheLife(displayPageLife)
  cacheTag(asOfTag(asOf), tags.catalogue)
  return readFeatured(runtime().ports.db)
}

export function cachedAllProducts(): Promise<ProductCard[]> {
  return keptAllProducts(asOfNow())
}

async function keptAllProducts(asOf: AsOf): Promise<ProductCard[]> {
  'use cache'
  cacheLife(displayPageLife)
  const products = await readAllProducts(runtime().ports.db)
  cacheTag(asOfTag(asOf), tags.catalogue, ...productTags(products))
  return products
}

export function cachedCategoryLinks(): Promise<CategoryLink[]> {
  return keptCategoryLinks(asOfNow())
}

async function keptCategoryLinks(asOf: AsOf): Promise<CategoryLink[]> {
  'use cache'
  cacheLife(displayPageLife)
  cacheTag(asOfTag(asOf), tags.catalogue)
  return readCategoryLinks(runtime().ports.db)
}

export function cachedCredits(): Promise<Credit[]> {
  return keptCredits(asOfNow())
}

async function keptCredits(asOf: AsOf): Promise<Credit[]> {
  'use cache'
  cacheLife(displayPageLife)
  cacheTag(asOfTag(asOf), tags.catalogue, tags.credits)
  return readCredits(runtime().ports.db)
}

function productTags(products: readonly ProductCard[]): string[] {
  return products.map((product) => tags.product(product.code))
}
