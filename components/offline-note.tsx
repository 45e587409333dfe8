import type { ReactNode } from 'react'
import styles from './offline-note.module.css'

/** Where it is said, politely, that there is no network: a place that is there before its words. Without JavaScript the browser's own have to do. */
export function OfflineNote({ children }: { children?: ReactNode }) {
  return (
    <p aria-live="polite" className={styles.note} data-offline-note>
      {children}
    </p>
  )
}
