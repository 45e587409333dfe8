import { z } from 'zod'
import { CART_MAX_LINES, LINE_MAX_QUANTITY } from '#/domain/cart.ts'
import { isSku, type Sku, sku } from '#/domain/sku.ts'
import { signed, unsigned } from '../signing.ts'

/** What a checkout page showed: which checkout, and each line with the offer that its price came from. */
export type CheckoutToken = {
  readonly checkoutId: string
  readonly lines: readonly { readonly sku: Sku; readonly offerVersion: number; readonly quantity: number }[]
}

const payloadSchema = z.object({
  c: z.uuid(),
  l: z
    .array(z.tuple([z.string().refine(isSku), z.int().positive(), z.int().min(1).max(LINE_MAX_QUANTITY)]))
    .min(1)
    .max(CART_MAX_LINES)
    .refine((lines) => new Set(lines.map(([unit]) => unit)).size === lines.length),
})

/**
 * Travels in the checkout form, so that what is placed is what was shown: a form from another tab, from Back, or from yesterday places its
 * own checkout with its own lines, whatever the cart holds by now.
 */
export function sealCheckout({ checkoutId, lines }: CheckoutToken): string {
  return signed('checkout', { c: checkoutId, l: lines.map((line) => [line.sku, line.offerVersion, line.quantity]) })
}

/** Null for anything that we did not seal. */
export function openCheckout(token: string): CheckoutToken | null {
  const payload = payloadSchema.safeParse(unsigned('checkout', token))
  if (!payload.success) return null
  const lines = payload.data.l.map(([unit, offerVersion, quantity]) => ({ sku: sku(unit), offerVersion, quantity }))
  return { checkoutId: payload.data.c, lines }
}
