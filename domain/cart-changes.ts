import type { CartLineView, CartView } from './cart-view.ts'
import type { Sku } from './sku.ts'

/** Something that a shopper has asked of the cart and that the server has not answered yet. `set` to 0 removes the line. */
export type CartChange =
  | { readonly kind: 'add'; readonly sku: Sku; readonly quantity: number; readonly seen: SeenProduct }
  | { readonly kind: 'set'; readonly sku: Sku; readonly quantity: number; readonly seen: SeenProduct }

/** What a page shows of a product, so that its line can be drawn before the server has told. */
export type SeenProduct = Pick<CartLineView, 'slug' | 'name' | 'label' | 'picture'>

/** A line as it is shown: `isGuess` while the server has not confirmed it, and then its price may not be known. */
export type ShownLine = Omit<CartLineView, 'unitPriceMinor'> & { readonly unitPriceMinor: number | null; readonly isGuess: boolean }

export type ShownCart = Pick<CartView, 'unknown' | 'code'> & {
  readonly lines: readonly ShownLine[]
  /** Goods that are on sale; null while the price of one is not known. */
  readonly subtotalMinor: number | null
  /** What the code took off when the server last told. */
  readonly discountMinor: number
}

export const NOTHING: ShownCart = { lines: [], unknown: [], code: null, subtotalMinor: 0, discountMinor: 0 }

/** The cart as the server has told it. */
export function confirmed({ lines, unknown, code, totals }: CartView): ShownCart {
  const { subtotalMinor, discountMinor } = totals.standard
  return { lines: lines.map((line) => ({ ...line, isGuess: false })), unknown, code, subtotalMinor, discountMinor }
}

/**
 * The cart as it will be if the server agrees to what was asked of it, in that order. It is worked out anew from what the server told last,
 * so what is refused is gone by leaving it out.
 */
export function guess(cart: ShownCart, changes: readonly CartChange[]): ShownCart {
  if (changes.length === 0) return cart
  const { lines, unknown } = changes.reduce(applyOne, cart)
  return { ...cart, lines, unknown, subtotalMinor: subtotalOf(lines) }
}

/** The cart after a change that was made while nobody knew prices. */
export function withoutPrices(cart: ShownCart, change: CartChange): ShownCart {
  const changed = guess(cart, [change])
  return { ...changed, lines: changed.lines.map((line) => ({ ...line, isGuess: false })) }
}

export function unitsOf({ lines }: ShownCart): number {
  return lines.reduce((sum, { quantity }) => sum + quantity, 0)
}

function applyOne(cart: ShownCart, { kind, sku, quantity, seen }: CartChange): ShownCart {
  const held = cart.lines.find((line) => line.sku === sku)
  if (kind === 'add' && !held) return { ...cart, lines: [...cart.lines, firstGuess(sku, quantity, seen)] }
  if (kind === 'set' && quantity === 0)
    return { ...cart, lines: cart.lines.filter((line) => line.sku !== sku), unknown: cart.unknown.filter((unit) => unit !== sku) }
  const wanted = kind === 'add' ? (held?.quantity ?? 0) + quantity : quantity
  return { ...cart, lines: cart.lines.map((line) => (line.sku === sku ? { ...line, quantity: wanted, isGuess: true } : line)) }
}

function firstGuess(sku: Sku, quantity: number, seen: SeenProduct): ShownLine {
  return {
    sku,
    ...seen,
    quantity,
    maxQuantity: quantity,
    unitPriceMinor: null,
    currency: 'EUR',
    onSale: true,
    problem: null,
    isGuess: true,
  }
}

function subtotalOf(lines: readonly ShownLine[]): number | null {
  return lines
    .filter((line) => line.onSale)
    .reduce<number | null>(
      (sum, { quantity, unitPriceMinor }) => (sum === null || unitPriceMinor === null ? null : sum + quantity * unitPriceMinor),
      0,
    )
}
