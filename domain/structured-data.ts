import type { Currency } from './money.ts'
import { type Focal, socialImagePath } from './social-image.ts'

/**
 * What pages say of themselves to search engines, in the words of https://schema.org. Pure: each builder takes what its page shows and the
 * origin under which the shop is reached, and every address is absolute.
 *
 * Nothing here says whether a thing is in stock. Pages are static and stock is not: an `availability` in a page would be wrong as soon as the
 * last unit is gone, and search engines hold that against a shop. Google asks for price and currency only and counts it as recommended
 * (https://developers.google.com/search/docs/appearance/structured-data/product-snippet). What is not sold any more has no such page.
 */
export type Thing = { readonly '@type': string; readonly [property: string]: unknown }

type Product = {
  readonly code: string
  readonly slug: string
  readonly name: string
  readonly summary: string
  readonly category: { readonly slug: string; readonly name: string }
  readonly pictures: readonly (Focal & { readonly id: string })[]
  readonly variants: readonly { readonly price: { readonly minor: number; readonly currency: Currency } }[]
}

export function productData(origin: string, product: Product): Thing[] {
  const url = `${origin}/p/${product.slug}`
  const offers = offersOf(origin, url, product.variants)
  return [
    {
      '@type': 'Product',
      '@id': `${url}#product`,
      name: product.name,
      description: product.summary,
      url,
      sku: product.code,
      category: product.category.name,
      ...(product.pictures.length > 0 && { image: product.pictures.map((picture) => origin + socialImagePath(picture)) }),
      ...(offers && { offers }),
    },
    breadcrumbs(origin, [
      { name: product.category.name, path: `/c/${product.category.slug}` },
      { name: product.name, path: `/p/${product.slug}` },
    ]),
  ]
}

/** One price is an offer; where variants differ, it is the span of them. Null where nothing is on sale. */
function offersOf(origin: string, url: string, variants: Product['variants']): Thing | null {
  const [cheapest, ...rest] = variants.map(({ price }) => price).sort((a, b) => a.minor - b.minor)
  if (!cheapest) return null
  const dearest = rest.at(-1) ?? cheapest
  const shared = {
    url,
    priceCurrency: cheapest.currency,
    itemCondition: 'https://schema.org/NewCondition',
    seller: { '@id': shopId(origin) },
  }
  if (dearest.minor === cheapest.minor) return { '@type': 'Offer', price: decimal(cheapest.minor), ...shared }
  const [lowPrice, highPrice] = [decimal(cheapest.minor), decimal(dearest.minor)]
  return { '@type': 'AggregateOffer', lowPrice, highPrice, offerCount: variants.length, ...shared }
}

export type Listed = { readonly slug: string; readonly name: string }

/** One page of a list; `before` is how many products stand on the pages before it. */
export function listData(
  origin: string,
  list: {
    readonly name: string
    readonly path: string
    readonly products: readonly Listed[]
    readonly total: number
    readonly before: number
  },
): Thing[] {
  return [
    {
      '@type': 'ItemList',
      '@id': `${origin}${list.path}#list`,
      name: list.name,
      numberOfItems: list.total,
      itemListElement: list.products.map(({ slug, name }, i) => ({
        '@type': 'ListItem',
        position: list.before + i + 1,
        url: `${origin}/p/${slug}`,
        name,
      })),
    },
    breadcrumbs(origin, [{ name: list.name, path: list.path }]),
  ]
}

/** The shop itself, on its front page. */
export function shopData(origin: string, { description }: { readonly description: string }): Thing[] {
  return [
    { '@type': 'WebSite', '@id': `${origin}/#site`, name: 'Saleday', url: `${origin}/`, description, publisher: { '@id': shopId(origin) } },
    { '@type': 'Organization', '@id': shopId(origin), name: 'Saleday', url: `${origin}/`, logo: `${origin}/icon-512.png` },
  ]
}

/** From the front page down to the page itself, which is the last. */
function breadcrumbs(origin: string, steps: readonly { readonly name: string; readonly path: string }[]): Thing {
  return {
    '@type': 'BreadcrumbList',
    itemListElement: [{ name: 'Home', path: '/' }, ...steps].map(({ name, path }, i) => ({
      '@type': 'ListItem',
      position: i + 1,
      name,
      item: origin + path,
    })),
  }
}

function shopId(origin: string): string {
  return `${origin}/#shop`
}

/** `1299` → `12.99`, as schema.org wants prices: no sign, no separator. */
function decimal(minor: number): string {
  return (minor / 100).toFixed(2)
}

/**
 * The text of a `<script type="application/ld+json">`. Whatever a product is called, nothing in it can end the script, begin a comment or be
 * taken for markup; as JSON it is the same.
 */
export function toScriptText(things: readonly Thing[]): string {
  const text = JSON.stringify({ '@context': 'https://schema.org', '@graph': things })
  return text.replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
