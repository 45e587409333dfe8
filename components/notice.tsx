import type { ReactNode } from 'react'
import styles from './notice.module.css'

/** Something the shopper should read before going on. Announced when it appears. */
export function Notice({ children }: { children: ReactNode }) {
  return (
    <div role="alert" className={styles.notice}>
      {children}
    </div>
  )
}
