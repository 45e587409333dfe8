'use client'

import { useEffect, useState } from 'react'

/** What stands in an OfflineNote for as long as the browser has no network. Whatever is on the page stays usable. */
export function OfflineWords() {
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
  return offline && 'You are offline. What you see may be old; your cart is kept.'
}
