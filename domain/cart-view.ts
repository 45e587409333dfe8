import type { CodeProblem } from './apply-discount.ts'
import type { Country } from './countries.ts'
import type { Discount } from './discount.ts'
import type { Currency } from './money.ts'
import type { OfferCard } from './offer.ts'
import type { DeliveryMethod, Totals } from './pricing.ts'
import type { Result } from './result.ts'
import type { Sku } from './sku.ts'

/** A cart as cart page, drawer and `/api/cart` show it. It says what is wrong by codes; whoever shows it chooses the words. */
export type CartView = {
  readonly lines: readonly CartLineView[]
  /** SKUs that nobody sells any more. */
  readonly unknown: readonly Sku[]
  readonly code: CodeView | null
  /** What the lines that are on sale come to, delivered to `country`. */
  readonly totals: Readonly<Record<DeliveryMethod, Totals>>
  readonly country: Country
}

export type CartLineView = {
  readonly sku: Sku
  readonly slug: string
  readonly name: string
  /** The variant in words; empty where a product has only one. */
  readonly label: string
  readonly picture: OfferCard['image']
  readonly quantity: number
  readonly maxQuantity: number
  readonly unitPriceMinor: number
  readonly currency: Currency
  readonly onSale: boolean
  readonly problem: LineProblem | null
}

/** What stands in the way of ordering a line. */
export type LineProblem =
  | { readonly code: 'NOT_ON_SALE' | 'SOLD_OUT' }
  | { readonly code: 'FEW_LEFT'; readonly available: number }
  | { readonly code: 'ORDER_LIMIT' | 'CUSTOMER_LIMIT'; readonly limit: number }

/** A code, and what it takes off, or why it does not. `skus` are those of the cart that it is for; null for all. */
export type CodeView = { readonly code: string; readonly check: Result<Pick<Discount, 'kind' | 'value' | 'skus'>, CodeProblem> }

/** Why a change of the cart was not made. The cart is as it was. */
export type CartRefusal =
  | 'CART_FULL'
  | 'TOO_MANY'
  | 'NOT_SOLD'
  | 'CODE_UNKNOWN'
  | 'CODE_NOT_YET'
  | 'CODE_ENDED'
  | 'AWAY'
  | 'TOO_FAST'
  | 'UNREADABLE'

/** What comes of a change, and the cart after it; null while nobody knows prices. */
export type CartAnswer = { readonly cart: CartView | null } & ({ readonly ok: true } | { readonly ok: false; readonly code: CartRefusal })
