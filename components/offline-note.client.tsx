'use client'

import { useEffect, useState } from 'react'
import styles from './offline-note.module.css'

/**
 * Says, politely, that the browser has no network, for as long as it has none. Whatever is on the page stays usable. Without JavaScript the
 * browser's own words have to do.
 */
export function OfflineNote() {
  const [offline, setOffline] = useState(false)
  useEffect(() => {
    const look = () => setOffline(!navigator.onLine)
    look()
    addEventListener('offline', look)
    addEventListener('online', look)
    return () => {
      removeEventListener('offline', look)
      removeEventListener('online', look)
    }
  }, [])
  return (
    <p aria-live="polite" className={styles.note} data-offline-note>
      {offline ? 'You are offline. What you see may be old; your cart is kept.' : ''}
    </p>
  )
}
