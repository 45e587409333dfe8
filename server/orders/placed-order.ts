import { createHash } from 'node:crypto'
import { z } from 'zod'
import { CART_MAX_LINES, LINE_MAX_QUANTITY } from '#/domain/cart.ts'
import { COUNTRIES, type Country } from '#/domain/countries.ts'
import { toCode } from '#/domain/discount.ts'
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
        discountMinor: minor,
        weightGrams: minor,
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
  country: z.enum(Object.keys(COUNTRIES) as [Country]),
  deliveryMethod: z.enum(DELIVERY_METHODS),
  paymentMethod: text(200),
  // Intake looks it up before it records anything: text that Postgres refuses would stop the whole shard there.
  code: z
    .string()
    .refine((code) => toCode(code) === code)
    .nullable(),
  codeVersion: column.positive().nullable(),
  subtotalMinor: minor,
  discountMinor: minor,
  deliveryMinor: minor,
  taxMinor: minor,
  taxMode: z.enum(['included', 'added']),
  totalMinor: minor,
  currency: z.literal('EUR'),
})

export type PlacedOrder = z.infer<typeof placedOrderSchema>

/** What a record says; null where it cannot be read. */
export function readPlacedOrder(record: string): PlacedOrder | null {
  try {
    return placedOrderSchema.safeParse(JSON.parse(record)).data ?? null
  } catch {
    return null
  }
}

/** What the shopper decides, and the total that they were shown; prices follow from the offer versions that the lines name. */
export type Agreed = Pick<
  PlacedOrder,
  'email' | 'name' | 'street' | 'city' | 'postcode' | 'country' | 'deliveryMethod' | 'code' | 'codeVersion' | 'totalMinor'
> & {
  readonly lines: readonly Pick<PlacedOrder['lines'][number], 'sku' | 'offerVersion' | 'quantity'>[]
}

/**
 * One hash over everything agreed: lines with their offers, code, delivery, address, contact, total. The card is not part of it, so that
 * the same checkout with another card is still the same order.
 */
export function fingerprintOf(agreed: Agreed): string {
  const { lines, code, codeVersion, email, name, street, city, postcode, country, deliveryMethod, totalMinor } = agreed
  const units = lines.map((line) => `${line.sku} ${line.offerVersion} ${line.quantity}`).sort()
  const all = JSON.stringify([units, code, codeVersion, email, name, street, city, postcode, country, deliveryMethod, totalMinor])
  return createHash('sha256').update(all).digest('base64url')
}

/** Whom the limits of a customer bind: whoever gives this e-mail address, in whatever case. An opaque id without colons. */
export function customerOf(email: string): string {
  return createHash('sha256').update(email.toLowerCase()).digest('base64url').slice(0, 22)
}
