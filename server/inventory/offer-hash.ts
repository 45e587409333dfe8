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

/** Fields in the order in which `offerFromHash` takes them, and put-offer.lua its arguments. */
export function offerToFields(offer: Offer): (string | number)[] {
  return [offer.version, offer.priceMinor, offer.limitPerOrder, offer.startsAtMs, offer.endsAtMs, JSON.stringify(offer.card)]
}

export function offerFromHash(sku: Sku, [version, price, limit, startsAt, endsAt, card]: string[]): Offer {
  return {
    sku,
    version: Number(version),
    priceMinor: Number(price),
    currency: 'EUR',
    limitPerOrder: Number(limit),
    startsAtMs: Number(startsAt),
    endsAtMs: Number(endsAt),
    card: cardSchema.parse(JSON.parse(card ?? 'null')),
  }
}
