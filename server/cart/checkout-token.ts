import { z } from 'zod'
import { CART_MAX_LINES, LINE_MAX_QUANTITY } from '#/domain/cart.ts'
import { CODE_MAX_LENGTH } from '#/domain/discount.ts'
import { DELIVERY_METHODS, type DeliveryMethod } from '#/domain/pricing.ts'
import { isSku, type Sku, sku } from '#/domain/sku.ts'
import { signed, unsigned } from '../signing.ts'

/**
 * What a checkout page showed: which checkout, each line with the offer that its price came from, the discount code, and what the order
 * comes to for each way of delivery.
 */
export type CheckoutToken = {
  readonly checkoutId: string
  readonly lines: readonly { readonly sku: Sku; readonly offerVersion: number; readonly quantity: number }[]
  readonly code: { readonly code: string; readonly version: number } | null
  readonly totalsMinor: Readonly<Record<DeliveryMethod, number>>
}

const payloadSchema = z.object({
  c: z.uuid(),
  l: z
    .array(z.tuple([z.string().refine(isSku), z.int().positive(), z.int().min(1).max(LINE_MAX_QUANTITY)]))
    .min(1)
    .max(CART_MAX_LINES)
    .refine((lines) => new Set(lines.map(([unit]) => unit)).size === lines.length),
  d: z.tuple([z.string().max(CODE_MAX_LENGTH), z.int().positive()]).nullable(),
  t: z.record(z.enum(DELIVERY_METHODS), z.int().nonnegative()),
})

/**
 * Travels in the checkout form, so that what is placed is what was shown: a form from another tab, from Back, or from yesterday places its
 * own checkout with its own lines, whatever the cart holds by now.
 */
export function sealCheckout({ checkoutId, lines, code, totalsMinor }: CheckoutToken): string {
  return signed('checkout', {
    c: checkoutId,
    l: lines.map((line) => [line.sku, line.offerVersion, line.quantity]),
    d: code && [code.code, code.version],
    t: totalsMinor,
  })
}

/** Null for anything that we did not seal. */
export function openCheckout(token: string): CheckoutToken | null {
  const payload = payloadSchema.safeParse(unsigned('checkout', token))
  if (!payload.success) return null
  const lines = payload.data.l.map(([unit, offerVersion, quantity]) => ({ sku: sku(unit), offerVersion, quantity }))
  const [code, version] = payload.data.d ?? []
  return { checkoutId: payload.data.c, lines, code: code && version ? { code, version } : null, totalsMinor: payload.data.t }
}
