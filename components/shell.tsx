import Link from 'next/link'
import type { ReactNode } from 'react'
import styles from './shell.module.css'

export type ShellLink = { readonly slug: string; readonly name: string }

/** What stands around every page. `count` is whatever shows the number of units in the cart. */
export function Shell({ categories, count, children }: { categories: readonly ShellLink[]; count: ReactNode; children: ReactNode }) {
  return (
    <>
      <a href="#content" className={styles.skip}>
        Skip to content
      </a>
      <header className={styles.header}>
        <Link href="/" className={styles.mark}>
          Saleday
        </Link>
        <nav aria-label="Categories" className={styles.nav}>
          {categories.map((category) => (
            <Link key={category.slug} href={`/c/${category.slug}`}>
              {category.name}
            </Link>
          ))}
        </nav>
        <a href="/cart" className={styles.cart}>
          Cart{count}
        </a>
      </header>
      {children}
      <footer className={styles.footer}>
        <p>Payments here are rehearsals: no card is charged and nothing is delivered.</p>
        <p>
          <Link href="/credits">Who took the photographs</Link>
        </p>
      </footer>
    </>
  )
}
