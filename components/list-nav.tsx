import { type ListChoice, listPath, SORTS, type Sort } from '#/domain/list-path.ts'
import styles from './list-nav.module.css'

const SORT_WORDS: Record<Sort, string> = {
  catalogue: 'As in the catalogue',
  newest: 'Newest first',
  'price-low': 'Price, low to high',
  'price-high': 'Price, high to low',
}

/** The ways to order a list, as links: each is a page of its own. */
export function SortNav({ slug, sort }: { slug: string; sort: Sort }) {
  return (
    <nav aria-label="Order of the list" className={styles.sorts}>
      {SORTS.map((known) => (
        <a key={known} href={listPath(slug, { sort: known, page: 1 })} aria-current={known === sort ? 'true' : undefined}>
          {SORT_WORDS[known]}
        </a>
      ))}
    </nav>
  )
}

/** Where a list goes on. Nothing where it has one page. */
export function PageNav({ slug, choice, pages }: { slug: string; choice: ListChoice; pages: number }) {
  if (pages < 2) return null
  const to = (page: number) => listPath(slug, { ...choice, page })
  return (
    <nav aria-label="Pages of the list" className={styles.pages}>
      {choice.page > 1 && (
        <a href={to(choice.page - 1)} rel="prev">
          Previous
        </a>
      )}
      <p>{`Page ${choice.page} of ${pages}`}</p>
      {choice.page < pages && (
        <a href={to(choice.page + 1)} rel="next">
          Next
        </a>
      )}
    </nav>
  )
}
