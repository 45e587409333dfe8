'use client'

import { usePathname, useRouter } from 'next/navigation'
import { useEffect, useLayoutEffect, useRef } from 'react'
import type { SoftLinks } from './soft-links.client.ts'
import { whenIdle } from './when-idle.ts'

/**
 * Makes the links between display pages soft. They are plain links, in pages without a link component, and stay so until this has loaded its
 * code, at rest. Shows nothing.
 */
export function SoftNavigation() {
  const router = useRouter()
  const path = usePathname()
  const links = useRef<SoftLinks>(null)
  useEffect(() => {
    const controller = new AbortController()
    const callOff = whenIdle(() => {
      import('./soft-links.client.ts').then(
        ({ softenLinks }) => {
          links.current = softenLinks(router, controller.signal)
        },
        () => {}, // then they stay what they are
      )
    })
    return () => {
      callOff()
      controller.abort()
    }
  }, [router])
  // Before anything is painted: a view transition takes its picture of the new page then.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path is what is waited for.
  useLayoutEffect(() => links.current?.arrive(), [path])
  return null
}
