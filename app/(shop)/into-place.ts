import type { ReactNode } from 'react'
import { createPortal } from 'react-dom'

/** Shows something in a place that the static page keeps for it, unless it is nothing. */
export function intoPlace(selector: string, shown: ReactNode): ReactNode {
  const place = shown ? document.querySelector(selector) : null
  return place && createPortal(shown, place, selector)
}
