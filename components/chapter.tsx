import type { ReactNode } from 'react'
import styles from './chapter.module.css'

/** A part of a page with its heading on a rule, as in a printed catalogue: a number where it is one of several, and a way to all of it. */
export function Chapter({
  number,
  title,
  more,
  children,
}: {
  number?: number
  title: string
  more?: { readonly href: string; readonly words: string }
  children: ReactNode
}) {
  return (
    <section className={styles.chapter}>
      <div className={styles.head}>
        <h2>
          {number !== undefined && (
            <span className={styles.number} aria-hidden="true">
              {number}
            </span>
          )}
          {title}
        </h2>
        {more && <a href={more.href}>{more.words}</a>}
      </div>
      {children}
    </section>
  )
}
