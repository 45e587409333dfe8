'use client'

import { type ComponentType, useEffect, useState } from 'react'
import type { LiveProps } from './live-variant.ts'

/**
 * What is alive on a product's page: stock, the address and price of the chosen variant, days of delivery, the gallery's links. Its code and its
 * question come only once the page is painted and the browser idle; its places are kept until then.
 */
export function LiveProduct(props: LiveProps) {
  const [Panel, setPanel] = useState<ComponentType<LiveProps>>()
  useEffect(() => {
    let gone = false
    const load = () =>
      import('./live-panel.client.tsx').then(({ LivePanel }) => {
        if (!gone) setPanel(() => LivePanel)
      })
    const idle = window.requestIdleCallback ?? ((run: () => void) => window.setTimeout(run, 200))
    idle(() => void load())
    return () => {
      gone = true
    }
  }, [])
  return Panel ? <Panel {...props} /> : <noscript>Stock is looked at when you order.</noscript>
}
