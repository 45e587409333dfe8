import { NO_END_MS, NO_START_MS, type Offer, type OfferTerms } from '#/domain/offer.ts'
import { type Sku, sku } from '#/domain/sku.ts'
import type { Db, Tx } from '../db/client.ts'

type OfferRow = {
  sku: string
  version: number
  price_minor: number
  limit_per_order: number
  limit_per_customer: number | null
  weight_grams: number
  starts_at: Date | null
  ends_at: Date | null
  slug: string
  name: string
  label: string
  image_id: string | null
  width: number
  height: number
  alt: string
  focal_x: number
  focal_y: number
}

/** The current offers of these SKUs, or of all, with the card that cart and checkout show. */
export async function readCurrentOffers(db: Db | Tx, skus: readonly Sku[] | 'all'): Promise<Offer[]> {
  const rows = await db.$queryRaw<OfferRow[]>`
    SELECT o.sku, o.version, o.price_minor, o.limit_per_order, o.limit_per_customer, o.weight_grams, o.starts_at, o.ends_at, p.slug, p.name, v.label,
      i.id AS image_id, i.width, i.height, pi.alt, i.focal_x, i.focal_y
    FROM variants v
    JOIN offers o ON o.sku = v.sku AND o.version = v.offer_version
    JOIN products p ON p.code = v.product_code
    LEFT JOIN LATERAL (
      SELECT image_id, alt FROM product_images WHERE product_code = p.code AND shown_at IS NOT NULL ORDER BY position, image_id LIMIT 1
    ) pi ON true
    LEFT JOIN images i ON i.id = pi.image_id
    WHERE ${skus === 'all'} OR v.sku = ANY(${skus === 'all' ? [] : skus}::text[])
    ORDER BY o.sku`
  return rows.map(toOffer)
}

/** What a total and its limits are made of, of exact offer versions, as `sku@version`; an unknown version is absent. */
export async function readOfferTerms(db: Db, versions: readonly { sku: Sku; version: number }[]): Promise<Map<string, OfferTerms>> {
  type Row = { sku: string; version: number; price_minor: number; weight_grams: number; limit_per_customer: number | null }
  const rows = await db.$queryRaw<Row[]>`
    SELECT o.sku, o.version, o.price_minor, o.weight_grams, o.limit_per_customer
    FROM unnest(${versions.map((wanted) => wanted.sku)}::text[], ${versions.map((wanted) => wanted.version)}::int[]) AS w(sku, version)
    JOIN offers o ON o.sku = w.sku AND o.version = w.version`
  return new Map(
    rows.map((row) => [
      `${row.sku}@${row.version}`,
      { priceMinor: row.price_minor, weightGrams: row.weight_grams, limitPerCustomer: row.limit_per_customer },
    ]),
  )
}

function toOffer(row: OfferRow): Offer {
  const { image_id: id, width, height, alt, focal_x: focalX, focal_y: focalY } = row
  return {
    sku: sku(row.sku),
    version: row.version,
    priceMinor: row.price_minor,
    currency: 'EUR',
    limitPerOrder: row.limit_per_order,
    limitPerCustomer: row.limit_per_customer,
    weightGrams: row.weight_grams,
    startsAtMs: row.starts_at?.getTime() ?? NO_START_MS,
    endsAtMs: row.ends_at?.getTime() ?? NO_END_MS,
    card: { slug: row.slug, name: row.name, label: row.label, image: id ? { id, width, height, alt, focalX, focalY } : null },
  }
}
