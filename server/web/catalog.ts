import { cacheLife, cacheTag } from 'next/cache'
import type { Sort } from '#/domain/list-path.ts'
import { displayPageLife, lifeUntil, tags } from '../cache/manifest.ts'
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
import { readNextSale, readSale, type SaleView } from '../catalog/read-sale.ts'
import { runtime } from './runtime.ts'

/** What an address may name; anything else is not worth a question. */
const SLUG = /^[a-z0-9-]{1,80}$/

/** What display pages read. Each is cached under the tags of what it shows, so that an edit renders just those pages anew. */

export async function cachedProduct(slug: string): Promise<ProductView | null> {
  'use cache'
  cacheLife(displayPageLife)
  const product = SLUG.test(slug) ? await readProduct(runtime().ports.db, slug) : null
  cacheTag(tags.catalogue, ...(product ? [tags.product(product.code), tags.category(product.category.id)] : []))
  return product
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
  'use cache'
  cacheLife(displayPageLife)
  cacheTag(tags.catalogue)
  const { db } = runtime().ports
  const category = slug === EVERYTHING.slug ? { ...EVERYTHING, id: null } : SLUG.test(slug) ? await readCategory(db, slug) : null
  const found = category && (await readListPage(db, category.id, { sort, page }))
  if (!category || !found) return null
  if (category.id !== null) cacheTag(tags.category(category.id))
  cacheTag(...productTags(found.products))
  return { ...found, slug, name: category.name, description: category.description }
}

/** The sale that is on; null when none is. Asked anew when one begins or ends. */
export async function cachedSale(): Promise<SaleView | null> {
  'use cache'
  const { db } = runtime().ports
  const nowMs = Date.now()
  const next = await readNextSale(db, nowMs)
  cacheLife(lifeUntil(next && (next.startsAtMs > nowMs ? next.startsAtMs : next.endsAtMs), nowMs))
  cacheTag(tags.catalogue)
  const sale = next && next.startsAtMs <= nowMs ? await readSale(db, next.slug) : null
  if (sale) cacheTag(...productTags(sale.products))
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
  cacheTag(tags.catalogue)
  return readCredits(runtime().ports.db)
}

function productTags(products: readonly ProductCard[]): string[] {
  return products.map((product) => tags.product(product.code))
}
