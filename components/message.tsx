import type { ReactNode } from 'react'
import styles from './message.module.css'

/** A page that says one thing: what happened, and what to do next. */
export function Message({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main id="content" className={styles.message}>
      <h1>{title}</h1>
      <div>{children}</div>
    </main>
  )
}
