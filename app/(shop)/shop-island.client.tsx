'use client'

import { OfflineWords } from '#/components/offline-words.client.tsx'
import { CartCount } from './cart-count.client.tsx'
import { CartIsland } from './cart-drawer/cart-island.client.tsx'
import { intoPlace } from './into-place.ts'
import { SoftNavigation } from './soft-navigation.client.tsx'

/** What is alive on every display page. */
export function ShopIsland() {
  return (
    <>
      {intoPlace('[data-cart-count]', <CartCount />)}
      {intoPlace('[data-offline-note]', <OfflineWords />)}
      <SoftNavigation />
      <CartIsland />
    </>
  )
}
