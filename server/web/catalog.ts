import { cacheLife, cacheTag } from 'next/cache'
import type { Sort } from '#/domain/list-path.ts'
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
import { readSale, readSalesOn, type SaleView } from '../catalog/read-sale.ts'
import { runtime } from './runtime.ts'

/** What display pages read. Each is cached under the tags of what it shows, so that an edit renders just those pages anew. */

/** What stands in the sitemap. */
export async function cachedAddresses(): Promise<Addresses> {
  'use cache'
  cacheLife(displayPageLife)
  cacheTag(tags.catalogue, tags.addresses)
  return readAddresses(runtime().ports.db)
}

/**
 * Every slug that leads, or once led, somewhere. Whoever asks for another one is told by this alone: nothing is read for it, and nothing is
 * kept of it. Pages carry its tags, so it has the one only that they have anyway.
 */
async function cachedSlugs(): Promise<{ readonly products: readonly string[]; readonly categories: readonly string[] }> {
  'use cache'
  cacheLife(displayPageLife)
  cacheTag(tags.catalogue)
  const { products, categories } = await readAddresses(runtime().ports.db)
  return { products: products.map(({ slug }) => slug), categories }
}

/** A product that is sold, by its slug; null when there is none. */
export async function cachedProduct(slug: string): Promise<ProductView | null> {
  return (await cachedSlugs()).products.includes(slug) ? keptProduct(slug) : null
}

async function keptProduct(slug: string): Promise<ProductView | null> {
  'use cache'
  cacheLife(displayPageLife)
  const product = await readProduct(runtime().ports.db, slug)
  tagProductPage(product)
  return product && product.variants.length > 0 ? product : null
}

/** A product that was sold once and is no more, by its slug; null when there is none. */
export async function cachedGoneProduct(slug: string): Promise<GoneProduct | null> {
  return (await cachedSlugs()).products.includes(slug) ? keptGoneProduct(slug) : null
}

async function keptGoneProduct(slug: string): Promise<GoneProduct | null> {
  'use cache'
  cacheLife(displayPageLife)
  const product = await readGoneProduct(runtime().ports.db, slug)
  tagProductPage(product)
  return product
}

function tagProductPage(product: Pick<ProductView, 'code' | 'category'> | GoneProduct | null): void {
  cacheTag(tags.catalogue, ...(product ? [tags.product(product.code), tags.category(product.category.id)] : []))
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
  const isKnown = slug === EVERYTHING.slug || (await cachedSlugs()).categories.includes(slug)
  if (!isKnown) return null
  // A page beyond the last is known from the first, so that nothing is kept of it.
  if (page > 1 && page > ((await keptList(slug, sort, 1))?.pages ?? 0)) return null
  return keptList(slug, sort, page)
}

async function keptList(slug: string, sort: Sort, page: number): Promise<ListView | null> {
  'use cache'
  cacheLife(displayPageLife)
  cacheTag(tags.catalogue)
  const { db } = runtime().ports
  const category = slug === EVERYTHING.slug ? { ...EVERYTHING, id: null } : await readCategory(db, slug)
  const found = category && (await readListPage(db, category.id, { sort, page }))
  if (!category || !found) return null
  if (category.id !== null) cacheTag(tags.category(category.id))
  if (sort === 'price-low' || sort === 'price-high') cacheTag(tags.prices)
  cacheTag(...productTags(found.products))
  return { ...found, slug, name: category.name, description: category.description }
}

/** A sale that is on: the one of this slug, or else the one that the shop puts first. Null when it is not on, or none is. */
export async function cachedSale(slug?: string): Promise<SaleView | null> {
  const on = await cachedSalesOn()
  const wanted = slug ?? on[0]
  return wanted !== undefined && on.includes(wanted) ? keptSale(wanted) : null
}

/** Asked anew when any sale begins or ends. */
async function cachedSalesOn(): Promise<readonly string[]> {
  'use cache'
  const nowMs = Date.now()
  const { slugs, changesAtMs } = await readSalesOn(runtime().ports.db, nowMs)
  cacheLife(lifeUntil(changesAtMs, nowMs))
  cacheTag(tags.catalogue)
  return slugs
}

async function keptSale(slug: string): Promise<SaleView | null> {
  'use cache'
  cacheLife(displayPageLife)
  const sale = await readSale(runtime().ports.db, slug)
  cacheTag(tags.catalogue, ...(sale ? productTags(sale.products) : []))
  return sale
}

export async function cachedFeatured(): Promise<ProductCard[]> {
  'use cache'
  cacheLife(displayPageLife)
  const products = await readFeatured(runtime().ports.db)
  cacheTag(tags.catalogue, ...productTags(products))
  return products
}

export async function cachedAllProducts(): Promise<ProductCard[]> {
  'use cache'
  cacheLife(displayPageLife)
  const products = await readAllProducts(runtime().ports.db)
  cacheTag(tags.catalogue, ...productTags(products))
  return products
}

export async function cachedCategoryLinks(): Promise<CategoryLink[]> {
  'use cache'
  cacheLife(displayPageLife)
  cacheTag(tags.catalogue)
  return readCategoryLinks(runtime().ports.db)
}

export async function cachedCredits(): Promise<Credit[]> {
  'use cache'
  cacheLife(displayPageLife)
  cacheTag(tags.catalogue, tags.credits)
  return readCredits(runtime().ports.db)
}

function productTags(products: readonly ProductCard[]): string[] {
  return products.map((product) => tags.product(product.code))
}
