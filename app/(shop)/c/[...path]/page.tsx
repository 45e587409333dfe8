import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { ProductGrid } from '#/components/product-grid.tsx'
import { cachedCategory, cachedCategoryLinks } from '#/server/web/catalog.ts'
import styles from './category.module.css'

type Props = { params: Promise<{ path: string[] }> }

export async function generateStaticParams() {
  return (await cachedCategoryLinks()).map(({ slug }) => ({ path: [slug] }))
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const category = await categoryAt((await params).path)
  return category ? { title: category.name, description: category.description } : {}
}

export default async function CategoryPage({ params }: Props) {
  const category = await categoryAt((await params).path)
  if (!category) notFound()
  return (
    <main id="content">
      <div className={styles.opening}>
        <h1>{category.name}</h1>
        <p className="quiet">{category.description}</p>
      </div>
      <ProductGrid products={category.products} heading="h2" eager={4} />
    </main>
  )
}

/** What a shopper chooses on a list will stand in the path after the slug; so far a list has nothing to choose. */
async function categoryAt([slug, ...chosen]: string[]) {
  return slug && chosen.length === 0 ? cachedCategory(slug) : null
}
