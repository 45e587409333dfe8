import { type Failure, fail, ok, type Result } from './result.ts'
import type { Sku } from './sku.ts'

export type CartLine = { readonly sku: Sku; readonly quantity: number }

/** Bounds that keep the cart inside one cookie and an order inside one script call. */
export const CART_MAX_LINES = 20
export const LINE_MAX_QUANTITY = 20

export type CartFull = Failure<'CART_FULL'> & { readonly maxLines: number }
export type TooMany = Failure<'TOO_MANY'> & { readonly sku: Sku; readonly maxQuantity: number }

/** Adds units to a cart; lines of one SKU merge. The cart given is left as it is, and stays as it is on failure. */
export function addToCart(lines: readonly CartLine[], sku: Sku, quantity: number): Result<CartLine[], CartFull | TooMany> {
  const held = lines.find((line) => line.sku === sku)?.quantity ?? 0
  if (held > 0) return setQuantity(lines, sku, held + quantity)
  if (lines.length >= CART_MAX_LINES) return fail('CART_FULL', { maxLines: CART_MAX_LINES })
  return setQuantity([...lines, { sku, quantity: 0 }], sku, quantity)
}

/** Sets a line to a quantity; 0 removes it. A SKU that is not there, another tab has removed it, stays away. */
export function setQuantity(lines: readonly CartLine[], sku: Sku, quantity: number): Result<CartLine[], TooMany> {
  if (quantity > LINE_MAX_QUANTITY) return fail('TOO_MANY', { sku, maxQuantity: LINE_MAX_QUANTITY })
  if (quantity === 0) return ok(lines.filter((line) => line.sku !== sku))
  return ok(lines.map((line) => (line.sku === sku ? { sku, quantity } : line)))
}

export function countUnits(lines: readonly CartLine[]): number {
  return lines.reduce((sum, line) => sum + line.quantity, 0)
}
