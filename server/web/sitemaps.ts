import { type SitemapEntry, sitemapsOf } from '#/domain/sitemap.ts'
import { EVERYTHING } from '../catalog/read-addresses.ts'
import { cachedAddresses } from './catalog.ts'
import { ownOrigin } from './own-origin.ts'

/** The shop's sitemaps: its front page, its lists and every product that is shown. One, unless there are very many. */
export async function readSitemaps(): Promise<readonly string[]> {
  const { products, categories } = await cachedAddresses()
  const origin = ownOrigin()
  const shown = products.filter(({ gone }) => !gone)
  const newest = (of: readonly { readonly changedAtMs: number }[]) =>
    of.reduce((latest, { changedAtMs }) => Math.max(latest, changedAtMs), 0)
  const entry = (path: string, changedAtMs: number): SitemapEntry => ({ url: origin + path, changedAtMs })
  const latest = newest(shown)
  return sitemapsOf([
    entry('/', latest),
    entry(`/c/${EVERYTHING.slug}`, latest),
    ...categories.map((slug) => entry(`/c/${slug}`, newest(shown.filter(({ category }) => category === slug)) || latest)),
    ...shown.map(({ slug, changedAtMs }) => entry(`/p/${slug}`, changedAtMs)),
  ])
}
