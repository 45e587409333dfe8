'use client'

import { useEffect, useState } from 'react'
import { unitsInCookie } from './cart-units.client.ts'

/**
 * Units in the cart, read from a cookie after hydration, because the page itself is the same for everybody. The drawer tells of what it expects,
 * and a window that is come back to looks again: another may have changed the cart.
 */
export function CartCount() {
  const [units, setUnits] = useState(0)
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    const read = () => setUnits(unitsInCookie())
    read()
    addEventListener('pageshow', read, { signal }) // Back from the cart shows this page as it was left
    addEventListener('focus', read, { signal })
    addEventListener('cart-units', (event) => setUnits((event as CustomEvent<number>).detail), { signal })
    return () => controller.abort()
  }, [])
  return units > 0 ? <> ({units})</> : null
}
