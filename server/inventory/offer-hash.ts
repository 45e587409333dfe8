import { z } from 'zod'
import type { Offer, OfferCard } from '#/domain/offer.ts'
import type { Sku } from '#/domain/sku.ts'

const cardSchema: z.ZodType<OfferCard> = z.object({
  slug: z.string(),
  name: z.string(),
  label: z.string(),
  image: z
    .object({ id: z.string(), width: z.number(), height: z.number(), alt: z.string(), focalX: z.number(), focalY: z.number() })
    .nullable(),
})

/** Fields of an offer's hash, in the order in which `offerFromHash` takes them. */
export const OFFER_FIELDS = ['version', 'price', 'limit', 'customerLimit', 'weight', 'startsAt', 'endsAt', 'card'] as const

/** The same in the order in which put-offer.lua takes its arguments. */
export function offerToFields(offer: Offer): (string | number)[] {
  const { version, priceMinor, limitPerOrder, limitPerCustomer, weightGrams, startsAtMs, endsAtMs, card } = offer
  return [version, priceMinor, limitPerOrder, limitPerCustomer ?? '', weightGrams, startsAtMs, endsAtMs, JSON.stringify(card)]
}

/** Null where what is there cannot be read. */
export function offerFromHash(
  sku: Sku,
  [version, price, limit, customerLimit, weight, startsAt, endsAt, card]: (string | null)[],
): Offer | null {
  const read = readCard(card)
  const numbers = [version, price, limit, weight, startsAt, endsAt].map((text) => (text ? Number(text) : Number.NaN))
  if (!read || !numbers.every(Number.isSafeInteger)) return null
  return {
    sku,
    version: Number(version),
    priceMinor: Number(price),
    currency: 'EUR',
    limitPerOrder: Number(limit),
    limitPerCustomer: customerLimit ? Number(customerLimit) : null,
    weightGrams: Number(weight),
    startsAtMs: Number(startsAt),
    endsAtMs: Number(endsAt),
    card: read,
  }
}

function readCard(card: string | null | undefined): OfferCard | null {
  try {
    return cardSchema.safeParse(JSON.parse(card ?? 'null')).data ?? null
  } catch {
    return null
  }
}
