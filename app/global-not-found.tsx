import type { Metadata } from 'next'
import '#/components/base.css'
import { face } from '#/components/face.ts'
import { Shell } from '#/components/shell.tsx'
import { pageTitle } from '#/domain/page-words.ts'
import { cachedCategoryLinks } from '#/server/web/catalog.ts'
import { CartCount } from './(shop)/cart-count.client.tsx'
import NotFound from './(shop)/not-found.tsx'
import { siteMetadata, siteViewport } from './site-metadata.ts'

export const metadata: Metadata = { ...siteMetadata, title: { absolute: pageTitle('Not found') } }
export const viewport = siteViewport

export default async function GlobalNotFound() {
  return (
    <html lang="en" className={face.variable}>
      <body>
        <Shell categories={await cachedCategoryLinks()} count={<CartCount />}>
          <NotFound />
        </Shell>
      </body>
    </html>
  )
}
