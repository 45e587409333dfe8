import type { ReactNode } from 'react'
import controls from './controls.module.css'

/** Something the shopper should read before going on. Announced when it appears. */
export function Notice({ children }: { children: ReactNode }) {
  return (
    <div role="alert" className={controls.notice}>
      {children}
    </div>
  )
}
