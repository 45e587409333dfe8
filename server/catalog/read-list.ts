import { LIST_PAGE_SIZE, type ListChoice, type Sort } from '#/domain/list-path.ts'
import type { Db } from '../db/client.ts'
import { Prisma } from '../db/generated/client.ts'
import { type ProductCard, readCards } from './read-catalog.ts'

export type ListPage = { readonly products: readonly ProductCard[]; readonly total: number; readonly pages: number }

/** Ends in the code, so that a page holds the same products each time it is made. */
const ORDER: Record<Sort, Prisma.Sql> = {
  catalogue: Prisma.sql`c.position, p.position, p.code`,
  newest: Prisma.sql`p.added_at DESC, p.code`,
  'price-low': Prisma.sql`offered.price, p.code`,
  'price-high': Prisma.sql`offered.price DESC, p.code`,
}

/** One page of what is on sale in a category, or in all of them; null when it has no such page. An empty list has a first page. */
export async function readListPage(db: Db, categoryId: string | null, { sort, page }: ListChoice): Promise<ListPage | null> {
  const rows = await db.$queryRaw<{ code: string; total: bigint }[]>`
    SELECT p.code, count(*) OVER () AS total
    FROM products p
    JOIN categories c ON c.id = p.category_id
    JOIN LATERAL (
      SELECT min(o.price_minor) AS price FROM variants v JOIN offers o ON o.sku = v.sku AND o.version = v.offer_version
      WHERE v.product_code = p.code AND v.withdrawn_at IS NULL
    ) offered ON offered.price IS NOT NULL
    WHERE p.published_at IS NOT NULL AND p.withdrawn_at IS NULL AND (${categoryId}::text IS NULL OR p.category_id = ${categoryId})
    ORDER BY ${ORDER[sort]}
    LIMIT ${LIST_PAGE_SIZE} OFFSET ${(page - 1) * LIST_PAGE_SIZE}`
  const total = Number(rows[0]?.total ?? 0)
  if (rows.length === 0 && page > 1) return null
  const products = await readCards(
    db,
    rows.map(({ code }) => code),
  )
  return { products, total, pages: Math.max(1, Math.ceil(total / LIST_PAGE_SIZE)) }
}
