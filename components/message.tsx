import type { ReactNode } from 'react'
import styles from './message.module.css'

/**
 * A page that says one thing: what happened, and what to do next. `label` is a word or a number in front of it, `above` whatever is to be
 * read first, `ways` links and buttons that lead on, and `more` what may stand below.
 */
export function Message({
  label,
  title,
  above,
  children,
  ways,
  more,
}: {
  label?: string
  title: string
  above?: ReactNode
  children: ReactNode
  ways?: ReactNode
  more?: ReactNode
}) {
  return (
    <main id="content">
      <div className={styles.message}>
        {above}
        {label && <p className={styles.label}>{label}</p>}
        <h1>{title}</h1>
        <div className={styles.text}>{children}</div>
        {ways && <div className={styles.ways}>{ways}</div>}
      </div>
      {more}
    </main>
  )
}
