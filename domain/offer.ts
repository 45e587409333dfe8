import { LINE_MAX_QUANTITY } from './cart.ts'
import { MAXIMUM_CHARGE } from './charge.ts'
import type { Currency } from './money.ts'
import type { Sku } from './sku.ts'

/** An immutable version of what a SKU is sold for. Times are milliseconds since the epoch. */
export type Offer = {
  readonly sku: Sku
  readonly version: number
  readonly priceMinor: number
  readonly currency: Currency
  readonly limitPerOrder: number
  /** Units of one customer in all orders together; null for no limit. */
  readonly limitPerCustomer: number | null
  readonly weightGrams: number
  /** On sale from `startsAtMs` until just before `endsAtMs`. */
  readonly startsAtMs: number
  readonly endsAtMs: number
  readonly card: OfferCard
}

/** What cart and checkout show of a SKU, so that neither asks Postgres. */
export type OfferCard = {
  readonly slug: string
  readonly name: string
  /** The variant in words, such as `Black, 42`; empty where a product has only one. */
  readonly label: string
  readonly image: {
    readonly id: string
    readonly width: number
    readonly height: number
    readonly alt: string
    readonly focalX: number
    readonly focalY: number
  } | null
}

/** The part of an offer version that intake checks an order against. */
export type OfferTerms = Pick<Offer, 'priceMinor' | 'weightGrams' | 'limitPerCustomer'>

/** Bounds of a sale window that is open at that side; both fit Redis, Lua and JavaScript exactly. */
export const NO_START_MS = 0
export const NO_END_MS = Number.MAX_SAFE_INTEGER

export function isOnSale(offer: Offer, nowMs: number): boolean {
  return offer.startsAtMs <= nowMs && nowMs < offer.endsAtMs
}

/** What a merchant may set, least and most. The most that a line of the cart holds is the most of an order, too. */
export const OFFER_BOUNDS = {
  priceMinor: [0, MAXIMUM_CHARGE.EUR.minor],
  limitPerOrder: [1, LINE_MAX_QUANTITY],
  limitPerCustomer: [1, 100_000],
  weightGrams: [0, 1_000_000],
} as const
