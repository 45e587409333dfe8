import { z } from 'zod'
import { CART_MAX_LINES, type CartLine, LINE_MAX_QUANTITY } from '#/domain/cart.ts'
import { toCode } from '#/domain/discount.ts'
import { checkoutIdFor } from '#/domain/sharding.ts'
import { isSku, sku } from '#/domain/sku.ts'
import { signed, unsigned } from '../signing.ts'

/**
 * The whole cart lives in one signed cookie: no store to lose, nothing to look up. It carries the id of the checkout that it will become,
 * minted by us, and a new one only once the fate of the old one has been shown. `untouched`: it never held anything, so nobody can have
 * placed it, and the id may still be chosen anew.
 */
export type Cart = {
  readonly checkoutId: string
  readonly shopperId: string
  readonly lines: readonly CartLine[]
  /** The discount code that was entered, whether or not it applies right now. */
  readonly code: string | null
  readonly untouched: boolean
}

export const CART_COOKIE = 'cart'

/** Units in the cart, readable by the page so that static HTML can show it. Decides nothing. */
export const CART_COUNT_COOKIE = 'cart_count'

export const CART_KEEP_SECONDS = 30 * 24 * 3600

const payloadSchema = z.object({
  c: z.uuid(),
  s: z.uuid(),
  l: z
    .array(z.tuple([z.string().refine(isSku), z.int().min(1).max(LINE_MAX_QUANTITY)]))
    .max(CART_MAX_LINES)
    .refine((lines) => new Set(lines.map(([unit]) => unit)).size === lines.length),
  /** Carts of before, and those without a code, have none. */
  d: z
    .string()
    .refine((code) => toCode(code) === code)
    .optional(),
  u: z.literal(1).optional(),
})

export function sealCart({ checkoutId, shopperId, lines, code, untouched }: Cart): string {
  const sealed = { c: checkoutId, s: shopperId, l: lines.map((line) => [line.sku, line.quantity]) }
  return signed('cart', { ...sealed, ...(code && { d: code }), ...(untouched && { u: 1 }) })
}

/** The cart of a cookie that we sealed; null for none, a damaged or a forged one. */
export function openCart(cookie: string | undefined): Cart | null {
  const payload = payloadSchema.safeParse(cookie ? unsigned('cart', cookie) : null)
  if (!payload.success) return null
  const { c: checkoutId, s: shopperId, l: lines, d: code = null, u } = payload.data
  return { checkoutId, shopperId, lines: lines.map(([unit, quantity]) => ({ sku: sku(unit), quantity })), code, untouched: u === 1 }
}

export function newCart(newId: () => string, shopperId = newId(), lines: readonly CartLine[] = []): Cart {
  const [first] = lines
  return { checkoutId: first ? checkoutIdFor(first.sku, newId) : newId(), shopperId, lines, code: null, untouched: !first }
}

/** The cart with other lines. One that holds something for the first time is recorded where that is kept. */
export function withLines(cart: Cart, lines: readonly CartLine[], newId: () => string): Cart {
  return cart.untouched && lines.length > 0 ? { ...newCart(newId, cart.shopperId, lines), code: cart.code } : { ...cart, lines }
}
