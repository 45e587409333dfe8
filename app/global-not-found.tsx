import type { Metadata } from 'next'
import '#/components/base.css'
import { face } from '#/components/face.ts'
import { Shell } from '#/components/shell.tsx'
import { cachedCategoryLinks } from '#/server/web/catalog.ts'
import { CartCount } from './(shop)/cart-count.client.tsx'
import NotFound from './(shop)/not-found.tsx'

export const metadata: Metadata = { title: 'Not found · Saleday', icons: '/icon.svg' }

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
