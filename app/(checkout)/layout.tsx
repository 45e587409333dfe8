import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import '#/components/base.css'
import { face } from '#/components/face.ts'
import { OfflineNote } from '#/components/offline-note.tsx'
import { OfflineWords } from '#/components/offline-words.client.tsx'
import { Shell } from '#/components/shell.tsx'
import { countUnits } from '#/domain/cart.ts'
import { cachedCategoryLinks } from '#/server/web/catalog.ts'
import { readCart } from '#/server/web/cookies.ts'
import { siteMetadata, siteViewport } from '../site-metadata.ts'

/** Everything under this layout is about one shopper, rendered whole for each request, so that it works without JavaScript. */
export const instant = false

export const metadata: Metadata = {
  ...siteMetadata,
  description: 'Your cart, your checkout and your orders at Saleday.',
  robots: { index: false },
}
export const viewport = siteViewport

export default async function CheckoutLayout({ children }: { children: ReactNode }) {
  const units = countUnits((await readCart())?.lines ?? [])
  return (
    <html lang="en" className={face.variable}>
      <body>
        <Shell categories={await categories()} count={units > 0 ? ` (${units})` : null}>
          {children}
        </Shell>
        <OfflineNote>
          <OfflineWords />
        </OfflineNote>
      </body>
    </html>
  )
}

/** A checkout without the list of categories is better than none. */
async function categories() {
  try {
    return await cachedCategoryLinks()
  } catch {
    return []
  }
}
