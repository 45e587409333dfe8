import { type CostedLine, discountApplies, spreadDiscount, subtotalOf } from './apply-discount.ts'
import type { Country } from './countries.ts'
import type { Discount } from './discount.ts'
import { type TaxMode, taxed } from './tax.ts'

export const DELIVERY_METHODS = ['standard', 'express'] as const
export type DeliveryMethod = (typeof DELIVERY_METHODS)[number]

/** Standard delivery costs nothing from this on, counted after the discount. */
export const FREE_DELIVERY_FROM_MINOR = 100_00

/** What a parcel up to a weight costs, lightest first; the last price is for everything heavier. */
const DELIVERY_RATES: Record<DeliveryMethod, readonly { readonly upToGrams: number; readonly minor: number }[]> = {
  standard: [
    { upToGrams: 5_000, minor: 4_90 },
    { upToGrams: 20_000, minor: 9_90 },
    { upToGrams: Number.POSITIVE_INFINITY, minor: 24_90 },
  ],
  express: [
    { upToGrams: 5_000, minor: 12_90 },
    { upToGrams: 20_000, minor: 24_90 },
    { upToGrams: Number.POSITIVE_INFINITY, minor: 59_90 },
  ],
}

export type PricedLine = CostedLine & { readonly weightGrams: number }

export type Basket = {
  readonly lines: readonly PricedLine[]
  readonly deliveryMethod: DeliveryMethod
  readonly country: Country
  readonly discount: Discount | null
}

/** All amounts are minor units of one currency. `lineDiscountsMinor` is the discount spread over the lines, in their order. */
export type Totals = {
  readonly subtotalMinor: number
  readonly discountMinor: number
  readonly lineDiscountsMinor: readonly number[]
  readonly deliveryMinor: number
  readonly taxMinor: number
  readonly taxMode: TaxMode
  readonly totalMinor: number
}

/**
 * The only place where a total is made: cart and checkout show it, the placing agrees to it, intake recomputes it. A discount that does
 * not apply, because its minimum is not reached or none of its SKUs are there, takes nothing off: `checkDiscount` tells beforehand.
 */
export function totalsOf({ lines, deliveryMethod, country, discount }: Basket): Totals {
  const subtotalMinor = subtotalOf(lines)
  const applied = discount && discountApplies(discount, lines) ? discount : null
  const lineDiscountsMinor = applied ? spreadDiscount(lines, applied) : lines.map(() => 0)
  const discountMinor = lineDiscountsMinor.reduce((sum, minor) => sum + minor, 0)
  const goodsMinor = subtotalMinor - discountMinor
  const deliveryMinor = applied?.kind === 'free-delivery' ? 0 : deliveryCost(lines, goodsMinor, deliveryMethod)
  return { subtotalMinor, discountMinor, lineDiscountsMinor, deliveryMinor, ...taxed(goodsMinor + deliveryMinor, country) }
}

/** By weight and method; standard delivery is free for goods from `FREE_DELIVERY_FROM_MINOR` on. */
function deliveryCost(lines: readonly PricedLine[], goodsMinor: number, method: DeliveryMethod): number {
  if (method === 'standard' && goodsMinor >= FREE_DELIVERY_FROM_MINOR) return 0
  const grams = lines.reduce((sum, line) => sum + line.quantity * line.weightGrams, 0)
  const rate = DELIVERY_RATES[method].find(({ upToGrams }) => grams <= upToGrams)
  if (!rate) throw new Error(`no delivery rate for ${grams} g`)
  return rate.minor
}
