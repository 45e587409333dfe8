import type { Metadata } from 'next'
import { Chapter } from '#/components/chapter.tsx'
import { JsonLd } from '#/components/json-ld.tsx'
import { ProductGrid } from '#/components/product-grid.tsx'
import { SaleHero } from '#/components/sale-hero.tsx'
import { shopData } from '#/domain/structured-data.ts'
import { EVERYTHING } from '#/server/catalog/read-addresses.ts'
import { cachedCategoryLinks, cachedFeatured, cachedList, cachedSale } from '#/server/web/catalog.ts'
import { ownOrigin } from '#/server/web/own-origin.ts'
import { pageMetadata } from './page-metadata.ts'
import { SaleClock } from './sale-clock.client.tsx'
import { untilWords } from './sale-words.ts'

/** Products that each chapter shows of its category: one row. */
const CHAPTER_PRODUCTS = 4

/** Products of the sale on the front page: the rest is a page further. */
const SALE_PRODUCTS = 8

const DESCRIPTION = 'Shoes to walk in, cameras to look through, chairs to sit on and plants to look after. A few of them for less today.'

export async function generateMetadata(): Promise<Metadata> {
  const picture = (await cachedSale())?.picture ?? (await cachedFeatured())[0]?.picture
  return pageMetadata({ title: 'Good things, while they last', description: DESCRIPTION, path: '/', picture })
}

export default async function HomePage() {
  const [sale, chapters] = await Promise.all([cachedSale(), readChapters()])
  return (
    <main id="content">
      <JsonLd things={shopData(ownOrigin(), { description: DESCRIPTION })} />
      {sale ? (
        <>
          <SaleHero
            title={sale.title}
            text={sale.text}
            picture={sale.picture}
            clock={<SaleClock endsAtMs={sale.endsAtMs} until={untilWords(sale.endsAtMs)} />}
            link={{ href: `/sale/${sale.slug}`, words: `See all ${sale.products.length} of them` }}
          />
          <Chapter title="For less until then" more={{ href: `/sale/${sale.slug}`, words: 'The whole sale' }}>
            <ProductGrid products={sale.products.slice(0, SALE_PRODUCTS)} heading="h3" />
          </Chapter>
        </>
      ) : (
        <EverydayHero />
      )}
      {chapters.map(({ slug, name, total, products }, i) => (
        <Chapter key={slug} number={i + 1} title={name} more={{ href: `/c/${slug}`, words: `All ${total}` }}>
          <ProductGrid products={products.slice(0, CHAPTER_PRODUCTS)} heading="h3" />
        </Chapter>
      ))}
    </main>
  )
}

async function EverydayHero() {
  const [first] = await cachedFeatured()
  return (
    <SaleHero
      title="Good things, while they last"
      text="Shoes to walk in, cameras to look through, chairs to sit on and plants to look after."
      picture={first?.picture ?? null}
      link={{ href: `/c/${EVERYTHING.slug}`, words: 'See everything' }}
    />
  )
}

async function readChapters() {
  const links = await cachedCategoryLinks()
  const lists = await Promise.all(links.map(({ slug }) => cachedList(slug, 'catalogue', 1)))
  return lists.flatMap((list) => (list && list.total > 0 ? [list] : []))
}
