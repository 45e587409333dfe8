import { shown } from '../catalog/read-catalog.ts'
import type { Db } from '../db/client.ts'

export type SalePages = {
  readonly slug: string
  readonly startsAtMs: number
  /** Its own page, while it is on, and those of its products that are sold, in its order. */
  readonly paths: readonly string[]
}

/** A sale that begins within this is looked at as if it were on. */
const SOON_MS = 60 * 60 * 1000
const MOST_SALES = 20

const canBeBought = { product: { ...shown, variants: { some: { withdrawnAt: null } } } } as const

/** Which sales: one by its name, or those that begin at a moment, whenever that is. */
export type WhichSales = { readonly slug: string } | { readonly startsAtMs: number }

/** The pages of sales: of those that are on or begin soon, unless it is said which. */
export async function readSalePages(db: Db, nowMs: number, which?: WhichSales): Promise<SalePages[]> {
  const rows = await db.sale.findMany({
    where: whereOf(nowMs, which),
    orderBy: [{ startsAt: 'asc' }, { slug: 'asc' }],
    take: MOST_SALES,
    include: { products: { where: canBeBought, orderBy: { position: 'asc' }, include: { product: { select: { slug: true } } } } },
  })
  return rows.map(({ slug, startsAt, endsAt, products }) => {
    const isOn = startsAt.getTime() <= nowMs && nowMs < endsAt.getTime()
    return {
      slug,
      startsAtMs: startsAt.getTime(),
      paths: [...(isOn ? [pathOf('sale', slug)] : []), ...products.map(({ product }) => pathOf('p', product.slug))],
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
