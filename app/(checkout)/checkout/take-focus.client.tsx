'use client'

import { type ReactNode, useEffect, useRef } from 'react'

/** Takes the focus when it appears, so that whoever pressed a button further down reads this next. */
export function TakeFocus({ children }: { children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => place.current?.focus(), [])
  return (
    <div ref={place} tabIndex={-1}>
      {children}
    </div>
  )
}
