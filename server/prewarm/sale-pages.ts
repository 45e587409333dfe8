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

/** Which sales: one by its name, or those that begin at a moment, whenever that is. */
export type WhichSales = { readonly slug: string } | { readonly startsAtMs: number }

/** The pages of sales: of those that are on or begin soon, unless it is said which. */
export async function readSalePages(db: Db, nowMs: number, which?: WhichSales): Promise<SalePages[]> {
  const rows = await db.sale.findMany({
    where: whereOf(nowMs, which),
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
      paths: [...(isOn ? [pathOf('sale', slug)] : []), ...shown.map(({ product }) => pathOf('p', product.slug))],
    }
  })
}

function whereOf(nowMs: number, which: WhichSales | undefined) {
  if (which === undefined) return { endsAt: { gt: new Date(nowMs) }, startsAt: { lte: new Date(nowMs + SOON_MS) } }
  return 'slug' in which ? which : { startsAt: new Date(which.startsAtMs) }
}

/** As an address has it, whatever somebody has called it. */
function pathOf(kind: 'sale' | 'p', slug: string): string {
  return `/${kind}/${encodeURIComponent(slug)}`
}
