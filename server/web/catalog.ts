import { cacheLife, cacheTag } from 'next/cache'
import { displayPageLife, tags } from '../cache/manifest.ts'
import {
  type CategoryLink,
  type CategoryView,
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

export async function cachedCategory(slug: string): Promise<CategoryView | null> {
  'use cache'
  cacheLife(displayPageLife)
  const category = SLUG.test(slug) ? await readCategory(runtime().ports.db, slug) : null
  cacheTag(tags.catalogue, ...(category ? [tags.category(category.id), ...productTags(category.products)] : []))
  return category
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
