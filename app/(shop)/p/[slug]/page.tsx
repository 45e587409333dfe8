import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { preload } from 'react-dom'
import { BuyForm } from '#/components/buy-form.tsx'
import { JsonLd } from '#/components/json-ld.tsx'
import { Photo } from '#/components/photo.tsx'
import { PriceTag } from '#/components/price-tag.tsx'
import { ProductMeta } from '#/components/product-meta.tsx'
import { imagePath, widthsOf } from '#/domain/image-variants.ts'
import { productData } from '#/domain/structured-data.ts'
import { cachedAllProducts, cachedGoneProduct, cachedProduct } from '#/server/web/catalog.ts'
import { ownOrigin } from '#/server/web/own-origin.ts'
import { goneMetadata, productMetadata } from '../../page-metadata.ts'
import { Gone } from './gone.tsx'
import { LiveStock } from './live-stock.client.tsx'
import styles from './product.module.css'

type Props = { params: Promise<{ slug: string }> }

const PHOTO_SIZES = '(min-width: 60rem) 40rem, 92vw'

export async function generateStaticParams() {
  return (await cachedAllProducts()).map(({ slug }) => ({ slug }))
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { slug } = await params
  const product = await cachedProduct(slug)
  if (product) return productMetadata(product)
  const gone = await cachedGoneProduct(slug)
  return gone ? goneMetadata(gone) : {}
}

/** Static: nothing here waits for the request. The island asks /api/stock after paint. */
export default async function ProductPage({ params }: Props) {
  const { slug } = await params
  const product = await cachedProduct(slug)
  if (!product) {
    const gone = await cachedGoneProduct(slug)
    return gone ? <Gone product={gone} /> : notFound()
  }
  const { pictures, variants, options } = product
  const [first] = pictures
  const [cheapest] = variants.map((variant) => variant.price).sort((a, b) => a.minor - b.minor)
  if (first) {
    preload(imagePath(first.id, widthsOf('avif', first.width)[0] ?? first.width, 'avif'), {
      as: 'image',
      type: 'image/avif',
      fetchPriority: 'high',
      imageSrcSet: widthsOf('avif', first.width)
        .map((width) => `${imagePath(first.id, width, 'avif')} ${width}w`)
        .join(', '),
      imageSizes: PHOTO_SIZES,
    })
  }
  return (
    <main id="content" className={styles.page}>
      <ProductMeta price={cheapest ?? null} />
      <JsonLd things={productData(ownOrigin(), product)} />
      <div className={styles.pictures}>
        {pictures.map((picture) => (
          <Photo key={picture.id} photo={picture} sizes={PHOTO_SIZES} eager={picture === first} />
        ))}
      </div>
      <div className={styles.words}>
        <nav aria-label="Breadcrumb" className="quiet">
          <Link href={`/c/${product.category.slug}`}>{product.category.name}</Link>
        </nav>
        <h1>{product.name}</h1>
        <p>{product.summary}</p>
        {cheapest && (
          <p className={styles.price}>
            <PriceTag {...cheapest} from={variants.some((variant) => variant.price.minor !== cheapest.minor)} />
          </p>
        )}
        <BuyForm product={{ variants, choice: choiceOf(options) }} stock={<LiveStock skus={variants.map((variant) => variant.sku)} />} />
        <div className={styles.description}>
          {product.paragraphs.map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
        </div>
        <dl className={styles.details}>
          {product.details.map(({ label, value }) => (
            <div key={label}>
              <dt className="quiet">{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </div>
    </main>
  )
}

/** What the variants differ by, in words: `Colour and size`. */
function choiceOf(options: readonly { readonly name: string }[]): string {
  return options.map(({ name }, i) => (i === 0 ? name : name.toLowerCase())).join(' and ')
}
