import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { Breadcrumbs } from '#/components/breadcrumbs.tsx'
import { BuyForm } from '#/components/buy-form.tsx'
import { Chapter } from '#/components/chapter.tsx'
import { DeliveryEstimate } from '#/components/delivery-estimate.tsx'
import { frameOf, Gallery } from '#/components/gallery.tsx'
import { JsonLd } from '#/components/json-ld.tsx'
import live from '#/components/live.module.css'
import { PriceTag } from '#/components/price-tag.tsx'
import { ProductGrid } from '#/components/product-grid.tsx'
import { ProductMeta } from '#/components/product-meta.tsx'
import { VariantLinks } from '#/components/variant-choice.tsx'
import { productData } from '#/domain/structured-data.ts'
import { parseVariantPath } from '#/domain/variant-path.ts'
import { cachedAllProducts, cachedGoneProduct, cachedProduct } from '#/server/web/catalog.ts'
import { ownOrigin } from '#/server/web/own-origin.ts'
import { Later } from '../../../later.client.tsx'
import { goneMetadata, productMetadata } from '../../../page-metadata.ts'
import { chooseVariants } from './choose-variants.ts'
import { Gone } from './gone.tsx'
import styles from './product.module.css'
import { relatedTo } from './related.ts'

type Props = { params: Promise<{ slug: string; chosen?: string[] }> }

/** Every product as it stands; a variant's page is made when somebody asks for it. */
export async function generateStaticParams() {
  return (await cachedAllProducts()).map(({ slug }) => ({ slug, chosen: [] }))
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { slug, chosen = [] } = await params
  const product = await cachedProduct(slug)
  if (product) return productMetadata(product)
  const gone = await goneAt(slug, chosen)
  return gone ? goneMetadata(gone) : {}
}

/** Static: nothing here waits for the request. The island asks /api/stock after paint. */
export default async function ProductPage({ params }: Props) {
  const { slug, chosen = [] } = await params
  const product = await cachedProduct(slug)
  if (!product) {
    const gone = await goneAt(slug, chosen)
    return gone ? <Gone product={gone} /> : notFound()
  }
  const choice = chooseVariants(product, chosen)
  if (!choice) notFound()
  const { name, summary, pictures, category, paragraphs, details } = product
  const [first] = pictures
  const related = await relatedTo(product)
  return (
    <main id="content">
      <ProductMeta prices={product.variants.map(({ price }) => price)} />
      <JsonLd things={productData(ownOrigin(), product)} />
      <Breadcrumbs
        way={[
          { name: 'Home', href: '/' },
          { name: category.name, href: `/c/${category.slug}` },
        ]}
        here={name}
      />
      <div className={first && frameOf(first) === '3/2' ? styles.page : `${styles.page} ${styles.upright}`}>
        <Gallery photos={pictures} of={name} />
        <div className={styles.words}>
          <h1>{name}</h1>
          <p>{summary}</p>
          {choice.price && (
            <div>
              <p className={styles.price}>
                <span className={live.live} data-live-price />
                <PriceTag {...choice.price} from={choice.pricesDiffer && choice.chosen === null} />
              </p>
              <p className="quiet small">Including VAT within the EU</p>
            </div>
          )}
          {choice.links.map((option) => (
            <VariantLinks key={option.name} {...option} />
          ))}
          <BuyForm
            product={{ variants: choice.variants, choice: choice.radios }}
            chosen={choice.chosen ?? undefined}
            stock={
              <>
                <noscript>Stock is looked at when you order.</noscript>
                <Later
                  island="product"
                  props={{
                    variants: choice.live.map(({ price, ...variant }) => ({
                      ...variant,
                      price: choice.pricesDiffer && <PriceTag {...price} />,
                    })),
                  }}
                />
              </>
            }
          />
          <DeliveryEstimate />
        </div>
        <div className={styles.text}>
          <div className={styles.description}>
            {paragraphs.map((paragraph) => (
              <p key={paragraph}>{paragraph}</p>
            ))}
          </div>
          <dl className={styles.details}>
            {details.map(({ label, value }) => (
              <div key={label}>
                <dt className="quiet">{label}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </div>
      </div>
      {related.products.length > 0 && (
        <Chapter title={`Also in ${category.name.toLowerCase()}`} more={{ href: `/c/${category.slug}`, words: `All ${related.total}` }}>
          <ProductGrid products={related.products} heading="h3" />
        </Chapter>
      )}
    </main>
  )
}

/** What is sold no more, under its own address and those that its variants had. */
async function goneAt(slug: string, chosen: readonly string[]) {
  const gone = await cachedGoneProduct(slug)
  return gone && parseVariantPath(gone.options, chosen) ? gone : null
}
