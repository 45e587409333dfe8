import type { ReactNode } from 'react'
import styles from './shell.module.css'

export type ShellLink = { readonly slug: string; readonly name: string }

/** What stands around every page. `count` is whatever shows the number of units in the cart; `sale` the sale that is on, if any. */
export function Shell({
  categories,
  sale = null,
  count,
  children,
}: {
  categories: readonly ShellLink[]
  sale?: ShellLink | null
  count: ReactNode
  children: ReactNode
}) {
  return (
    <>
      <a href="#content" className={styles.skip}>
        Skip to content
      </a>
      <header className={styles.header}>
        <a href="/" className={styles.mark}>
          Saleday
        </a>
        <nav aria-label="Categories" className={styles.nav}>
          {sale && (
            <a href={`/sale/${sale.slug}`} className={styles.sale}>
              {sale.name}
            </a>
          )}
          {categories.map((category) => (
            <a key={category.slug} href={`/c/${category.slug}`}>
              {category.name}
            </a>
          ))}
        </nav>
        <a href="/cart" className={styles.cart} data-cart-link>
          Cart{count}
        </a>
      </header>
      {children}
      <footer className={styles.footer}>
        <p className={styles.imprint}>Saleday</p>
        <p>Payments here are rehearsals: no card is charged and nothing is delivered.</p>
        <p>
          <a href="/c/everything">Everything we sell</a>
          <a href="/credits">Who took the photographs</a>
        </p>
      </footer>
    </>
  )
}
