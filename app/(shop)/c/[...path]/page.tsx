import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { JsonLd } from '#/components/json-ld.tsx'
import { PageNav, SortNav } from '#/components/list-nav.tsx'
import { ProductGrid } from '#/components/product-grid.tsx'
import { LIST_PAGE_SIZE, listPath, parseListPath } from '#/domain/list-path.ts'
import { listData } from '#/domain/structured-data.ts'
import { EVERYTHING } from '#/server/catalog/read-addresses.ts'
import { cachedCategoryLinks, cachedList } from '#/server/web/catalog.ts'
import { ownOrigin } from '#/server/web/own-origin.ts'
import { listMetadata } from '../../page-metadata.ts'
import styles from './category.module.css'

type Props = { params: Promise<{ path: string[] }> }

export async function generateStaticParams() {
  return [EVERYTHING, ...(await cachedCategoryLinks())].map(({ slug }) => ({ path: [slug] }))
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const found = await listAt((await params).path)
  return found ? listMetadata(found.list, found.choice) : {}
}

export default async function CategoryPage({ params }: Props) {
  const found = await listAt((await params).path)
  if (!found) notFound()
  const { list, choice } = found
  return (
    <main id="content">
      <JsonLd things={listData(ownOrigin(), { ...list, path: listPath(list.slug, choice), before: (choice.page - 1) * LIST_PAGE_SIZE })} />
      <div className={styles.opening}>
        <h1>{list.name}</h1>
        <p className="quiet">{list.description}</p>
      </div>
      <SortNav slug={list.slug} sort={choice.sort} />
      <ProductGrid products={list.products} heading="h2" eager={4} />
      <PageNav slug={list.slug} choice={choice} pages={list.pages} />
    </main>
  )
}

/** What a shopper chose on a list stands in the path after the slug. Null where there is no such page. */
async function listAt([slug, ...chosen]: string[]) {
  const choice = parseListPath(chosen)
  const list = slug && choice && (await cachedList(slug, choice.sort, choice.page))
  return list ? { list, choice } : null
}
