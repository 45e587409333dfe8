import { formatMoney } from '#/domain/money.ts'
import { readTags } from '../cache/read-tags.ts'
import { currentOffer } from '../catalog/read-catalog.ts'
import type { Db } from '../db/client.ts'
import { type Answer, answer, counted, EXIT } from './answer.ts'

/** A product as a merchant sees it. */
export type Good = {
  readonly code: string
  readonly name: string
  readonly publishWantedAt: Date | null
  readonly publishedAt: Date | null
  readonly withdrawnAt: Date | null
  /** Each SKU of it, also those that are not sold. */
  readonly variants: readonly {
    readonly sku: string
    readonly isSold: boolean
    readonly priceMinor: number
    readonly compareAtMinor: number | null
    readonly onHand: number
    readonly allocated: number
  }[]
}

const forGoods = {
  code: true,
  name: true,
  publishWantedAt: true,
  publishedAt: true,
  withdrawnAt: true,
  variants: { orderBy: { position: 'asc' }, include: { offers: true, stock: true } },
} as const

/** A product by its own code or by a SKU of it; null when there is none. */
export async function findGood(db: Db, name: string): Promise<Good | null> {
  const row = await db.product.findFirst({ where: { OR: [{ code: name }, { variants: { some: { sku: name } } }] }, select: forGoods })
  return row && toGood(row)
}

type Row = Omit<Good, 'variants'> & {
  readonly variants: readonly {
    readonly sku: string
    readonly offerVersion: number
    readonly withdrawnAt: Date | null
    readonly offers: readonly { readonly version: number; readonly priceMinor: number; readonly compareAtMinor: number | null }[]
    readonly stock: { readonly onHand: number; readonly allocated: number } | null
  }[]
}

function toGood({ variants, ...product }: Row): Good {
  return {
    ...product,
    variants: variants.map((variant) => {
      const { sku, withdrawnAt, stock } = variant
      const { priceMinor, compareAtMinor } = currentOffer(variant)
      return { sku, isSold: withdrawnAt === null, priceMinor, compareAtMinor, onHand: stock?.onHand ?? 0, allocated: stock?.allocated ?? 0 }
    }),
  }
}

export function stateOf({
  publishWantedAt,
  publishedAt,
  withdrawnAt,
}: Pick<Good, 'publishWantedAt' | 'publishedAt' | 'withdrawnAt'>): string {
  if (withdrawnAt) return 'withdrawn'
  if (publishedAt) return 'published'
  return publishWantedAt ? 'waiting to be published' : 'not published'
}

/** Everything that there is, a line each, and how far the feed has come. */
export async function showAll(db: Db): Promise<Answer> {
  const rows = await db.product.findMany({ orderBy: [{ category: { position: 'asc' } }, { position: 'asc' }], select: forGoods })
  const { head } = await readTags(db, Number.MAX_SAFE_INTEGER)
  const goods = rows.map(toGood)
  const lines = goods.map((good) => `  ${good.code.padEnd(16)}  ${stateOf(good).padEnd(12)}  ${pricesOf(good).padEnd(22)}  ${good.name}`)
  return answer(EXIT.fine, [`${counted(goods.length, 'product')}; the feed is at number ${head}:`, ...lines], {
    products: goods,
    sequence: head,
  })
}

export function showGood(good: Good): Answer {
  const lines = good.variants.map(({ sku, isSold, priceMinor, onHand, allocated }) => {
    const stock = `${onHand} on hand, ${allocated} allocated`
    return `  ${sku.padEnd(24)}  ${isSold ? 'sold    ' : 'not sold'}  ${inEuros(priceMinor).padEnd(10)}  ${stock}`
  })
  return answer(EXIT.fine, [`${good.name}, ${stateOf(good)}:`, ...lines], { product: good })
}

function pricesOf({ variants }: Good): string {
  const prices = variants.filter(({ isSold }) => isSold).map(({ priceMinor }) => priceMinor)
  if (prices.length === 0) return 'not sold'
  const [least, most] = [Math.min(...prices), Math.max(...prices)]
  return least === most ? inEuros(least) : `${inEuros(least)} to ${inEuros(most)}`
}

export function inEuros(minor: number): string {
  return formatMoney({ minor, currency: 'EUR' })
}
