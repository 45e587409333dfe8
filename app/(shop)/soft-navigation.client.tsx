'use client'

import { usePathname, useRouter } from 'next/navigation'
import { useEffect, useLayoutEffect, useRef } from 'react'
import { type SoftLinks, softenLinks } from './soft-links.client.ts'

/** Makes the links between display pages soft. They are plain links, in pages without a link component, until this is there. Shows nothing. */
export function SoftNavigation() {
  const router = useRouter()
  const path = usePathname()
  const links = useRef<SoftLinks>(null)
  useEffect(() => {
    const controller = new AbortController()
    links.current = softenLinks(router, controller.signal)
    return () => controller.abort()
  }, [router])
  // Before anything is painted: a view transition takes its picture of the new page then.
  useLayoutEffect(() => links.current?.arrive(path), [path])
  return null
}
