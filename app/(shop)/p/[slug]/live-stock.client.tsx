'use client'

import { type ComponentType, useEffect, useState } from 'react'
import styles from './live-stock.module.css'

/** How many are left. Its code and its question come only once the page is painted and the browser idle; its place is kept until then. */
export function LiveStock({ skus }: { skus: readonly string[] }) {
  const [Panel, setPanel] = useState<ComponentType<{ skus: readonly string[] }>>()
  useEffect(() => {
    let gone = false
    const load = () =>
      import('./stock-panel.client.tsx').then(({ StockPanel }) => {
        if (!gone) setPanel(() => StockPanel)
      })
    const idle = window.requestIdleCallback ?? ((run: () => void) => window.setTimeout(run, 200))
    idle(() => void load())
    return () => {
      gone = true
    }
  }, [])
  return <div className={styles.place}>{Panel && <Panel skus={skus} />}</div>
}
