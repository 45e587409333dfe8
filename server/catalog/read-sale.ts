import type { Db } from '../db/client.ts'
import { type Picture, type ProductCard, readCards, toPicture } from './read-catalog.ts'

export type SaleView = {
  readonly slug: string
  readonly title: string
  readonly text: string
  readonly startsAtMs: number
  readonly endsAtMs: number
  readonly picture: Picture | null
  /** The code of the product whose words the picture is described by; it need not be in the sale. */
  readonly describedBy: string | null
  /** Those of it that can be bought. */
  readonly products: readonly ProductCard[]
}

/** A sale by its slug, whether it is on or not; null when there is none. */
export async function readSale(db: Db, slug: string): Promise<SaleView | null> {
  const row = await db.sale.findUnique({
    where: { slug },
    include: { image: { include: { products: { orderBy: { productCode: 'asc' }, take: 1 } } }, products: { orderBy: { position: 'asc' } } },
  })
  if (!row) return null
  const products = await readCards(
    db,
    row.products.map(({ productCode }) => productCode),
  )
  const { image } = row
  const shown = image?.products[0]
  return {
    slug,
    title: row.title,
    text: row.text,
    startsAtMs: row.startsAt.getTime(),
    endsAtMs: row.endsAt.getTime(),
    picture: image && toPicture({ alt: shown?.alt ?? '', image }),
    describedBy: shown?.productCode ?? null,
    products,
  }
}

export type SaleLink = { readonly slug: string; readonly title: string }

/** The sales that are on at a time, in the shop's own order, and when any sale begins or ends next; null for never. */
export async function readSalesOn(
  db: Db,
  nowMs: number,
): Promise<{ readonly on: readonly SaleLink[]; readonly changesAtMs: number | null }> {
  const sales = await db.sale.findMany({
    where: { endsAt: { gt: new Date(nowMs) } },
    orderBy: [{ position: 'asc' }, { startsAt: 'asc' }, { slug: 'asc' }],
    select: { slug: true, title: true, startsAt: true, endsAt: true },
  })
  const on = sales.filter(({ startsAt }) => startsAt.getTime() <= nowMs)
  const changes = sales.flatMap(({ startsAt, endsAt }) => [startsAt.getTime(), endsAt.getTime()]).filter((atMs) => atMs > nowMs)
  return { on: on.map(({ slug, title }) => ({ slug, title })), changesAtMs: changes.length > 0 ? Math.min(...changes) : null }
}
