'use client'

import { type ComponentType, createElement, useEffect, useState } from 'react'
import type { LiveProps } from './p/[slug]/[[...chosen]]/live-variant.ts'
import { whenIdle } from './when-idle.ts'

type Islands = { readonly shop: object; readonly product: LiveProps }

const ISLANDS: { readonly [Name in keyof Islands]: () => Promise<ComponentType<Islands[Name]>> } = {
  shop: async () => (await import('./shop-island.client.tsx')).ShopIsland,
  product: async () => (await import('./p/[slug]/[[...chosen]]/live-panel.client.tsx')).LivePanel,
}

/**
 * What is alive on display pages, in the one file of ours that each of them starts with: the code of an island comes when the browser has
 * nothing better to do. Until then, and should it not come, links and forms are what they are.
 */
export function Later<Name extends keyof Islands>({ island, props }: { island: Name; props: Islands[Name] }) {
  const [Island, setIsland] = useState<ComponentType<Islands[Name]>>()
  useEffect(() => {
    let gone = false
    const callOff = whenIdle(() =>
      ISLANDS[island]().then(
        (loaded) => gone || setIsland(() => loaded),
        () => {},
      ),
    )
    return () => {
      gone = true
      callOff()
    }
  }, [island])
  return Island && createElement(Island, props)
}
