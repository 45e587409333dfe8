import { ProductGrid } from '#/components/product-grid.tsx'
import { cachedAllProducts, cachedFeatured } from '#/server/web/catalog.ts'
import styles from './home.module.css'

export default async function HomePage() {
  const [featured, all] = await Promise.all([cachedFeatured(), cachedAllProducts()])
  const featuredCodes = new Set(featured.map((product) => product.code))
  return (
    <main id="content">
      <div className={styles.opening}>
        <h1>Good things, while they last</h1>
        <p className="quiet">Shoes to walk in, cameras to look through, chairs to sit on and plants to look after.</p>
      </div>
      <ProductGrid products={featured} heading="h2" eager={4} />
      <h2 className={styles.rest}>Everything else</h2>
      <ProductGrid heading="h3" products={all.filter((product) => !featuredCodes.has(product.code))} />
    </main>
  )
}
