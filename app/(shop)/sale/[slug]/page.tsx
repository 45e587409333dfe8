import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { ProductGrid } from '#/components/product-grid.tsx'
import { cachedSale } from '#/server/web/catalog.ts'
import { pageMetadata } from '../../page-metadata.ts'
import { SaleClock } from '../../sale-clock.client.tsx'
import { untilWords } from '../../sale-words.ts'
import styles from './sale.module.css'

type Props = { params: Promise<{ slug: string }> }

/** The build needs one that it can try; which sale is on is known to the shop alone. */
export async function generateStaticParams() {
  return [{ slug: (await cachedSale())?.slug ?? 'none' }]
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const sale = await cachedSale((await params).slug)
  if (!sale) return {}
  return pageMetadata({ title: sale.title, description: sale.text, path: `/sale/${sale.slug}`, picture: sale.picture })
}

/** The sale that is on. One that has ended, or has not begun, is not found. */
export default async function SalePage({ params }: Props) {
  const sale = await cachedSale((await params).slug)
  if (!sale) notFound()
  return (
    <main id="content">
      <div className={styles.opening}>
        <h1>{sale.title}</h1>
        <p className={styles.text}>{sale.text}</p>
        <SaleClock endsAtMs={sale.endsAtMs} until={untilWords(sale.endsAtMs)} />
      </div>
      <ProductGrid products={sale.products} heading="h2" eager={4} />
    </main>
  )
}
