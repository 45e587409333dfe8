import { createHash } from 'node:crypto'
import { z } from 'zod'
import { CART_MAX_LINES, LINE_MAX_QUANTITY } from '#/domain/cart.ts'
import { DELIVERY_METHODS } from '#/domain/pricing.ts'
import { isSku } from '#/domain/sku.ts'

const text = (maxLength: number) => z.string().min(1).max(maxLength)
/** What an integer column of Postgres holds: a greater number would fail the whole batch that it is in. */
const column = z.int().max(2 ** 31 - 1)
const minor = column.nonnegative()

/** What a shopper agreed to, as it travels from the placing to intake. Parsed by the sender and by the reader. */
export const placedOrderSchema = z.object({
  lines: z
    .array(
      z.object({
        sku: z.string().refine(isSku),
        offerVersion: column.positive(),
        quantity: z.int().min(1).max(LINE_MAX_QUANTITY),
        unitPriceMinor: minor,
        name: text(120),
        label: z.string().max(120),
      }),
    )
    .min(1)
    .max(CART_MAX_LINES),
  email: text(254),
  name: text(100),
  street: text(120),
  city: text(80),
  postcode: text(16),
  country: z.string().length(2),
  deliveryMethod: z.enum(DELIVERY_METHODS),
  paymentMethod: text(64),
  subtotalMinor: minor,
  deliveryMinor: minor,
  totalMinor: minor,
  currency: z.literal('EUR'),
})

export type PlacedOrder = z.infer<typeof placedOrderSchema>

/** What the shopper decides; prices and totals follow from the offer versions that the lines name. */
export type Agreed = Pick<PlacedOrder, 'email' | 'name' | 'street' | 'city' | 'postcode' | 'country' | 'deliveryMethod'> & {
  readonly lines: readonly Pick<PlacedOrder['lines'][number], 'sku' | 'offerVersion' | 'quantity'>[]
}

/**
 * One hash over everything agreed: lines with their offers, delivery, address, contact. The card is not part of it, so that the same
 * checkout with another card is still the same order.
 */
export function fingerprintOf({ lines, email, name, street, city, postcode, country, deliveryMethod }: Agreed): string {
  const units = lines.map((line) => `${line.sku} ${line.offerVersion} ${line.quantity}`).sort()
  const agreed = JSON.stringify([units, email, name, street, city, postcode, country, deliveryMethod])
  return createHash('sha256').update(agreed).digest('base64url')
}
