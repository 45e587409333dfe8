import type { Currency } from '#/domain/money.ts'
import { Photo, type PhotoPriority, type PhotoSource } from './photo.tsx'
import { PriceTag } from './price-tag.tsx'
import styles from './product-grid.module.css'

export type GridProduct = {
  readonly slug: string
  readonly name: string
  readonly picture: PhotoSource | null
  /** Left out where an edit of it would not be heard of. */
  readonly price?: { readonly minor: number; readonly compareAtMinor: number | null; readonly currency: Currency }
  readonly pricesDiffer?: boolean
}

/** A cell of the grid: two to a row on a telephone, three, then four; the page is 82rem at most. */
export const GRID_SIZES = '(min-width: 86rem) 19.4rem, (min-width: 60rem) 23vw, (min-width: 40rem) 30vw, 46vw'

/** Products as a grid of photographs. The first `eager` of them are on the first screen, which the very first opens; names are headings of the level `heading`. */
export function ProductGrid({
  products,
  heading: Heading,
  eager = 0,
}: {
  products: readonly GridProduct[]
  heading: 'h2' | 'h3'
  eager?: number
}) {
  return (
    <ul className={styles.grid}>
      {products.map((product, i) => (
        <li key={product.slug}>
          <a href={`/p/${product.slug}`} className={styles.card}>
            {product.picture && <Photo photo={product.picture} crop="4/5" sizes={GRID_SIZES} priority={priorityOf(i, eager)} />}
            <Heading className={styles.name}>{product.name}</Heading>
            {product.price && <PriceTag {...product.price} from={product.pricesDiffer ?? false} />}
          </a>
        </li>
      ))}
    </ul>
  )
}

function priorityOf(i: number, eager: number): PhotoPriority {
  if (i >= eager) return 'lazy'
  return i === 0 ? 'lcp' : 'eager'
}
