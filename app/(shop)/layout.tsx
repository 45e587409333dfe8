import type { ReactNode } from 'react'
import '#/components/base.css'
import { face } from '#/components/face.ts'
import { OfflineNote } from '#/components/offline-note.tsx'
import { Shell } from '#/components/shell.tsx'
import { cachedCategoryLinks, cachedSaleLink } from '#/server/web/catalog.ts'
import { siteMetadata, siteViewport } from '../site-metadata.ts'
import { Later } from './later.client.tsx'

/** Everything under this layout is one static page for everybody; the build fails when something waits for a request. */
export const ensureStatic = 'navigation'

export const metadata = siteMetadata
export const viewport = siteViewport

export default async function ShopLayout({ children }: { children: ReactNode }) {
  const [categories, sale] = await Promise.all([cachedCategoryLinks(), cachedSaleLink()])
  return (
    <html lang="en" className={face.variable}>
      <body>
        <Shell categories={categories} sale={sale && { slug: sale.slug, name: sale.title }} count={<span data-cart-count />}>
          {children}
        </Shell>
        <OfflineNote />
        <Later island="shop" props={{}} />
      </body>
    </html>
  )
}
