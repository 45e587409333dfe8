import { Breadcrumbs } from '#/components/breadcrumbs.tsx'
import { Chapter } from '#/components/chapter.tsx'
import { ProductGrid } from '#/components/product-grid.tsx'
import type { GoneProduct } from '#/server/catalog/read-addresses.ts'
import styles from './gone.module.css'
import { relatedTo } from './related.ts'

/** What stands where a product was that is sold no more. Answered with 410; as static as the product's own page was. */
export async function Gone({ product }: { product: GoneProduct }) {
  const { name, category } = product
  const related = await relatedTo(product)
  return (
    <main id="content">
      <Breadcrumbs
        way={[
          { name: 'Home', href: '/' },
          { name: category.name, href: `/c/${category.slug}` },
        ]}
        here={name}
      />
      <div className={styles.opening}>
        <h1>{name} is no longer sold</h1>
        <p>
          We do not have it any more. What you have ordered of it is not touched by that: your order page says where it is. Perhaps
          something else from <a href={`/c/${category.slug}`}>{category.name}</a> will do.
        </p>
      </div>
      {related.products.length > 0 && (
        <Chapter title={`Others in ${category.name}`} more={{ href: `/c/${category.slug}`, words: `All ${related.total}` }}>
          <ProductGrid products={related.products} heading="h3" />
        </Chapter>
      )}
    </main>
  )
}
