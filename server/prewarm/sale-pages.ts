import type { Db } from '../db/client.ts'

export type SalePages = {
  readonly slug: string
  readonly startsAtMs: number
  readonly endsAtMs: number
  /** Its own page, while it is on, and those of its products that are sold, in its order. */
  readonly paths: readonly string[]
}

/** A sale that begins within this is looked at as if it were on. */
const SOON_MS = 60 * 60 * 1000
const MOST_SALES = 20

/** One is enough to know that a product can be bought. */
const sold = { where: { withdrawnAt: null }, take: 1 } as const

/** The pages of sales that are on or begin soon; of a named one, whenever it is. */
export async function readSalePages(db: Db, nowMs: number, named?: string): Promise<SalePages[]> {
  const rows = await db.sale.findMany({
    where: named === undefined ? { endsAt: { gt: new Date(nowMs) }, startsAt: { lte: new Date(nowMs + SOON_MS) } } : { slug: named },
    orderBy: [{ startsAt: 'asc' }, { slug: 'asc' }],
    take: MOST_SALES,
    include: { products: { orderBy: { position: 'asc' }, include: { product: { include: { variants: sold } } } } },
  })
  return rows.map(({ slug, startsAt, endsAt, products }) => {
    const isOn = startsAt.getTime() <= nowMs && nowMs < endsAt.getTime()
    const shown = products.filter(
      ({ product }) => product.publishedAt !== null && product.withdrawnAt === null && product.variants.length > 0,
    )
    return {
      slug,
      startsAtMs: startsAt.getTime(),
      endsAtMs: endsAt.getTime(),
      paths: [...(isOn ? [`/sale/${slug}`] : []), ...shown.map(({ product }) => `/p/${product.slug}`)],
    }
  })
}
