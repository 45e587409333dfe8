import type { Db } from '../db/client.ts'
import { type Picture, type ProductCard, readCards, toPicture } from './read-catalog.ts'

export type SaleView = {
  readonly slug: string
  readonly title: string
  readonly text: string
  readonly startsAtMs: number
  readonly endsAtMs: number
  readonly picture: Picture | null
  /** Those of it that can be bought. */
  readonly products: readonly ProductCard[]
}

/** A sale by its slug, whether it is on or not; null when there is none. */
export async function readSale(db: Db, slug: string): Promise<SaleView | null> {
  const row = await db.sale.findUnique({
    where: { slug },
    include: { image: { include: { products: { take: 1 } } }, products: { orderBy: { position: 'asc' } } },
  })
  if (!row) return null
  const products = await readCards(
    db,
    row.products.map(({ productCode }) => productCode),
  )
  const { image } = row
  return {
    slug,
    title: row.title,
    text: row.text,
    startsAtMs: row.startsAt.getTime(),
    endsAtMs: row.endsAt.getTime(),
    picture: image && toPicture({ alt: image.products[0]?.alt ?? '', image }),
    products,
  }
}

/** The sale that is on at a time, or else the next one that begins; of several the first in the shop's own order. Null when there is neither. */
export async function readNextSale(
  db: Db,
  nowMs: number,
): Promise<{ readonly slug: string; readonly startsAtMs: number; readonly endsAtMs: number } | null> {
  const row = await db.sale.findFirst({
    where: { endsAt: { gt: new Date(nowMs) } },
    orderBy: [{ startsAt: 'asc' }, { position: 'asc' }],
    select: { slug: true, startsAt: true, endsAt: true },
  })
  return row && { slug: row.slug, startsAtMs: row.startsAt.getTime(), endsAtMs: row.endsAt.getTime() }
}
