import { z } from 'zod'
import type { Currency } from '#/domain/money.ts'
import type { Db } from '../db/client.ts'

export type Picture = {
  readonly id: string
  readonly width: number
  readonly height: number
  readonly alt: string
  /** Where the eye should stay when the picture is cropped, 0 to 1 from the top left. */
  readonly focalX: number
  readonly focalY: number
  /** A few bytes of WebP, as base64, to stand in its place until it is there; null in lists, where that would be many. */
  readonly blur: string | null
}

export type Price = { readonly minor: number; readonly compareAtMinor: number | null; readonly currency: Currency }

export type VariantView = {
  readonly sku: string
  readonly label: string
  readonly choices: Readonly<Record<string, string>>
  readonly price: Price
  readonly limitPerOrder: number
  /** Units of one customer in all orders together; null for no limit. */
  readonly limitPerCustomer: number | null
}

export type ProductView = {
  readonly code: string
  readonly slug: string
  readonly name: string
  readonly summary: string
  readonly paragraphs: readonly string[]
  readonly details: readonly { readonly label: string; readonly value: string }[]
  readonly category: { readonly id: string; readonly slug: string; readonly name: string }
  readonly pictures: readonly Picture[]
  readonly options: readonly { readonly name: string; readonly values: readonly string[] }[]
  /** Those on sale, in the order in which they are shown. Empty when the product is no longer sold. */
  readonly variants: readonly VariantView[]
}

/** A product in a list. */
export type ProductCard = {
  readonly code: string
  readonly slug: string
  readonly name: string
  readonly picture: Picture | null
  /** The lowest price of its variants. */
  readonly price: Price
  readonly pricesDiffer: boolean
}

export type CategoryLink = { readonly slug: string; readonly name: string }
export type CategoryView = CategoryLink & { readonly id: string; readonly description: string }
export type Credit = { readonly file: string; readonly photographer: string; readonly source: string; readonly license: string }

const details = z.array(z.object({ label: z.string(), value: z.string() }))
const choices = z.record(z.string(), z.string())

const forViews = {
  images: { where: { shownAt: { not: null } }, orderBy: { position: 'asc' }, include: { image: true } },
  variants: { where: { withdrawnAt: null }, orderBy: { position: 'asc' }, include: { offers: true } },
} as const

/** What pages show. */
export const shown = { publishedAt: { not: null }, withdrawnAt: null } as const

/** A product by its slug; null when there is none, or none that is shown. */
export async function readProduct(db: Db, slug: string): Promise<ProductView | null> {
  const row = await db.product.findUnique({
    where: { slug, ...shown },
    include: { ...forViews, category: true, options: { orderBy: { position: 'asc' } } },
  })
  if (!row) return null
  const { code, name, summary, description, category } = row
  return {
    code,
    slug,
    name,
    summary,
    paragraphs: description.split('\n\n'),
    details: details.parse(row.details),
    category: { id: category.id, slug: category.slug, name: category.name },
    pictures: row.images.map(toPicture),
    options: row.options.map((option) => ({ name: option.name, values: option.values })),
    variants: row.variants.map((variant) => ({
      sku: variant.sku,
      label: variant.label,
      choices: choices.parse(variant.choices),
      ...toOffer(variant),
    })),
  }
}

/** What a category says of itself; null when there is none. */
export async function readCategory(db: Db, slug: string): Promise<CategoryView | null> {
  return db.category.findUnique({ where: { slug }, select: { id: true, slug: true, name: true, description: true } })
}

/** Cards of these products, in this order, less those that cannot be bought. */
export async function readCards(db: Db, codes: readonly string[]): Promise<ProductCard[]> {
  const rows = await db.product.findMany({
    where: { code: { in: [...codes] }, ...shown },
    include: forViews,
  })
  const byCode = new Map(rows.map((row) => [row.code, row]))
  return codes.flatMap((code) => {
    const row = byCode.get(code)
    return row ? toCard(row) : []
  })
}

export async function readFeatured(db: Db): Promise<ProductCard[]> {
  const rows = await db.product.findMany({
    where: { featured: true, ...shown },
    orderBy: [{ position: 'asc' }, { code: 'asc' }],
    include: forViews,
  })
  return rows.flatMap(toCard)
}

/** Every product on sale, by category and place. */
export async function readAllProducts(db: Db): Promise<ProductCard[]> {
  const rows = await db.product.findMany({
    where: shown,
    orderBy: [{ category: { position: 'asc' } }, { position: 'asc' }],
    include: forViews,
  })
  return rows.flatMap(toCard)
}

export async function readCategoryLinks(db: Db): Promise<CategoryLink[]> {
  return db.category.findMany({ orderBy: { position: 'asc' }, select: { slug: true, name: true } })
}

/** Whom photographs that are shown are owed to; those that are the shop's own are owed to nobody. */
export async function readCredits(db: Db): Promise<Credit[]> {
  return db.image.findMany({
    where: { photographer: { not: '' }, OR: [{ products: { some: { shownAt: { not: null } } } }, { sales: { some: {} } }] },
    orderBy: [{ photographer: 'asc' }, { file: 'asc' }],
    select: { file: true, photographer: true, source: true, license: true },
  })
}

type OfferRow = {
  version: number
  priceMinor: number
  compareAtMinor: number | null
  limitPerOrder: number
  limitPerCustomer: number | null
}
type VariantRow = { sku: string; offerVersion: number; offers: OfferRow[] }
type ImageRow = {
  alt: string
  image: { id: string; width: number; height: number; focalX: number; focalY: number; blur: string | null }
}

export function toPicture({ alt, image: { id, width, height, focalX, focalY, blur } }: ImageRow): Picture {
  return { id, width, height, alt, focalX, focalY, blur }
}

type WithOffers<Offer> = { readonly sku: string; readonly offerVersion: number; readonly offers: readonly Offer[] }

/** The offer of a variant that holds now; each has one. */
export function currentOffer<Offer extends { readonly version: number }>({ sku, offerVersion, offers }: WithOffers<Offer>): Offer {
  const offer = offers.find(({ version }) => version === offerVersion)
  if (!offer) throw new Error(`variant ${sku} has no offer ${offerVersion}`)
  return offer
}

function toOffer(variant: VariantRow): Pick<VariantView, 'price' | 'limitPerOrder' | 'limitPerCustomer'> {
  const { priceMinor: minor, compareAtMinor, limitPerOrder, limitPerCustomer } = currentOffer(variant)
  return { price: { minor, compareAtMinor, currency: 'EUR' }, limitPerOrder, limitPerCustomer }
}

function toCard(row: { code: string; slug: string; name: string; images: ImageRow[]; variants: VariantRow[] }): ProductCard[] {
  const prices = row.variants.map((variant) => toOffer(variant).price).sort((a, b) => a.minor - b.minor)
  const [price] = prices
  if (!price) return []
  const [picture] = row.images.map(toPicture)
  return [
    {
      code: row.code,
      slug: row.slug,
      name: row.name,
      picture: picture ? { ...picture, blur: null } : null,
      price,
      pricesDiffer: prices.some(({ minor }) => minor !== price.minor),
    },
  ]
}
