/**
 * Every cache tag there is, what carries it and how long it may live. A raw tag string anywhere else is a mistake.
 *
 * | tag              | carried by                                      | told by                                   |
 * |------------------|-------------------------------------------------|-------------------------------------------|
 * | `catalogue`      | every page that shows products                  | an import of the seed; what is published, withdrawn or back; a sale that begins or ends |
 * | `category:<id>`  | its category page, and the pages of its products | nobody yet: what it lists tells by product |
 * | `addresses`      | the sitemap                                     | a withdrawal and its end, what is published |
 * | `prices`         | lists in the order of prices                    | an edit of any price: a product moves between their pages |
 * | `credits`        | the page of credits                             | a photograph that is shown, or taken away |
 * | `product:<code>` | its product page, and every list that shows it  | an edit of the product, its price, its variants, its photographs |
 */
export const tags = {
  catalogue: 'catalogue',
  addresses: 'addresses',
  prices: 'prices',
  credits: 'credits',
  category: (id: string) => `category:${id}`,
  product: (code: string) => `product:${code}`,
} as const

const NAMES: readonly string[] = Object.values(tags).filter((tag) => typeof tag === 'string')
const OF_ONE = /^(?:category:[a-z0-9-]{1,60}|product:[A-Z0-9]{1,40})$/

/** Whether anything could carry it. */
export function isTag(text: string): boolean {
  return NAMES.includes(text) || OF_ONE.test(text)
}

/**
 * Lifetimes of display pages, in seconds: fresh in the router for `stale`, rendered anew in the background after `revalidate`, in case a change
 * was told to nobody, and kept for `expire` when nothing can render them, so that pages outlive an outage of Postgres.
 */
export const displayPageLife = { stale: 300, revalidate: 3600, expire: 30 * 24 * 3600 }

/** The same for a page that something on it makes untrue at a certain time; null for nothing. Never less than a second. */
export function lifeUntil(changesAtMs: number | null, nowMs: number): typeof displayPageLife {
  if (changesAtMs === null) return displayPageLife
  const revalidate = Math.max(1, Math.min(displayPageLife.revalidate, Math.ceil((changesAtMs - nowMs) / 1000)))
  return { ...displayPageLife, revalidate, stale: Math.max(30, Math.min(displayPageLife.stale, revalidate)) }
}
