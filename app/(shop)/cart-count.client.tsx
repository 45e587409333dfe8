'use client'

import { useEffect, useState } from 'react'

/** Units in the cart, read from a cookie after hydration, because the page itself is the same for everybody. */
export function CartCount() {
  const [units, setUnits] = useState(0)
  useEffect(() => {
    const read = () => setUnits(Number(/(?:^|; )cart_count=(\d{1,4})/.exec(document.cookie)?.[1] ?? 0))
    read()
    addEventListener('pageshow', read) // Back from the cart shows this page as it was left
    return () => removeEventListener('pageshow', read)
  }, [])
  return units > 0 ? <> ({units})</> : null
}
