import type { ProductCard, ProductView } from '#/server/catalog/read-catalog.ts'
import { cachedList } from '#/server/web/catalog.ts'

/** One row of the grid. */
const MOST = 4

/**
 * What follows a product in its category, from the beginning again at the end, and how much that category has. The first of the category for a
 * product that does not stand there.
 */
export async function relatedTo({
  code,
  category,
}: Pick<ProductView, 'code' | 'category'>): Promise<{ products: readonly ProductCard[]; total: number }> {
  const list = await cachedList(category.slug, 'catalogue', 1)
  if (!list) return { products: [], total: 0 }
  const at = list.products.findIndex((product) => product.code === code)
  const others = [...list.products.slice(at + 1), ...list.products.slice(0, Math.max(0, at))]
  return { products: others.slice(0, MOST), total: list.total }
}
