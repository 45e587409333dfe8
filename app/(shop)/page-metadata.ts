import type { Metadata } from 'next'
import { type ListChoice, listPath } from '#/domain/list-path.ts'
import { pageDescription, pageTitle } from '#/domain/page-words.ts'
import { type Focal, SOCIAL_IMAGE, socialImagePath } from '#/domain/social-image.ts'
import type { GoneProduct } from '#/server/catalog/read-addresses.ts'
import type { ProductView } from '#/server/catalog/read-catalog.ts'
import type { ListView } from '#/server/web/catalog.ts'

type SharedPicture = Focal & { readonly id: string; readonly alt: string }

type Page = {
  readonly title: string
  readonly description: string
  /** The one address of what it shows, which other addresses of it name, too. */
  readonly path: string
  readonly picture?: SharedPicture | null | undefined
}

/** What a page says of itself where it is found and where it is shared. Paths become absolute by the layout's `metadataBase`. */
export function pageMetadata({ title, description, path, picture }: Page): Metadata {
  const words = { title: pageTitle(title), description: pageDescription(description) }
  const { width, height, type } = SOCIAL_IMAGE
  const images = picture ? [{ url: socialImagePath(picture), width, height, type, alt: picture.alt }] : []
  return {
    title: { absolute: words.title },
    description: words.description,
    alternates: { canonical: path },
    openGraph: { ...words, url: path, siteName: 'Saleday', locale: 'en_IE', images },
    twitter: { card: picture ? 'summary_large_image' : 'summary' },
  }
}

/** The same for each of a product's variants: they are choices on one page. */
export function productMetadata(product: ProductView): Metadata {
  return pageMetadata({ title: product.name, description: product.summary, path: `/p/${product.slug}`, picture: product.pictures[0] })
}

const SORTED = { catalogue: '', newest: ', newest first', 'price-low': ', price low to high', 'price-high': ', price high to low' } as const

/** An ordered list shows what the plain one does; its further pages show something else. */
export function listMetadata(list: ListView, choice: ListChoice): Metadata {
  const paged = choice.page === 1 ? '' : `, page ${choice.page}`
  return pageMetadata({
    title: `${list.name}${SORTED[choice.sort]}${paged}`,
    description: choice.page === 1 ? list.description : `${list.description} Page ${choice.page} of ${list.pages}.`,
    path: choice.sort === 'catalogue' ? listPath(list.slug, choice) : listPath(list.slug, { sort: 'catalogue', page: 1 }),
    picture: list.products[0]?.picture,
  })
}

/** A product that is sold no more. The page finisher reads `page-status` and has the page answered with it: see server/web/finish-page.ts. */
export function goneMetadata(product: GoneProduct): Metadata {
  return {
    title: { absolute: pageTitle(`${product.name}: no longer sold`) },
    description: pageDescription(`We do not sell this any more. There is more in ${product.category.name}.`),
    robots: { index: false },
    other: { 'page-status': '410' },
  }
}
