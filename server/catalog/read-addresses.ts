import type { Db } from '../db/client.ts'

export type ProductAddress = {
  readonly slug: string
  /** The slug of its category. */
  readonly category: string
  /** It was shown once, and is sold no more. */
  readonly gone: boolean
  /** When what its page shows last changed: its publication, its prices, its variants. */
  readonly changedAtMs: number
}

/** Every address that leads, or once led, to a product; and every category's. */
export type Addresses = { readonly products: readonly ProductAddress[]; readonly categories: readonly string[] }

export async function readAddresses(db: Db): Promise<Addresses> {
  const [products, categories] = await Promise.all([
    db.$queryRaw<{ slug: string; category: string; gone: boolean; changed_at: Date }[]>`
      SELECT p.slug, c.slug AS category,
        p.withdrawn_at IS NOT NULL OR NOT coalesce(offered.any_sold, false) AS gone,
        greatest(p.published_at, p.withdrawn_at, offered.changed_at) AS changed_at
      FROM products p
      JOIN categories c ON c.id = p.category_id
      LEFT JOIN LATERAL (
        SELECT bool_or(v.withdrawn_at IS NULL) AS any_sold, max(greatest(o.created_at, v.withdrawn_at)) AS changed_at
        FROM variants v JOIN offers o ON o.sku = v.sku AND o.version = v.offer_version
        WHERE v.product_code = p.code
      ) offered ON true
      WHERE p.published_at IS NOT NULL
      ORDER BY c.position, p.position, p.code`,
    db.category.findMany({ orderBy: { position: 'asc' }, select: { slug: true } }),
  ])
  return {
    products: products.map(({ slug, category, gone, changed_at }) => ({ slug, category, gone, changedAtMs: changed_at.getTime() })),
    categories: categories.map(({ slug }) => slug),
  }
}

/** The list of all categories together. */
export const EVERYTHING = {
  slug: 'everything',
  name: 'Everything',
  description: 'All that we sell, from the first page to the last.',
}

/** Every slug that leads, or once led, to a product; and every list's. */
export type Slugs = { readonly products: readonly string[]; readonly lists: readonly string[] }

export async function readSlugs(db: Db): Promise<Slugs> {
  const [products, categories] = await Promise.all([
    db.product.findMany({ where: { publishedAt: { not: null } }, select: { slug: true } }),
    db.category.findMany({ orderBy: { position: 'asc' }, select: { slug: true } }),
  ])
  return { products: products.map(({ slug }) => slug), lists: [EVERYTHING.slug, ...categories.map(({ slug }) => slug)] }
}

/** What is left to say of a product that is sold no more. */
export type GoneProduct = {
  readonly code: string
  readonly slug: string
  readonly name: string
  readonly category: { readonly id: string; readonly slug: string; readonly name: string }
  readonly options: readonly { readonly name: string; readonly values: readonly string[] }[]
}

/** A product that was shown once and is sold no more, by its slug; null when there is none, or it is still sold. */
export async function readGoneProduct(db: Db, slug: string): Promise<GoneProduct | null> {
  const row = await db.product.findUnique({
    where: { slug, publishedAt: { not: null } },
    include: {
      category: { select: { id: true, slug: true, name: true } },
      variants: { where: { withdrawnAt: null }, take: 1 },
      options: { orderBy: { position: 'asc' }, select: { name: true, values: true } },
    },
  })
  if (!row || (row.withdrawnAt === null && row.variants.length > 0)) return null
  const { code, name, category, options } = row
  return { code, slug, name, category, options }
}
