import { sitemapIndex } from '#/domain/sitemap.ts'
import { ownOrigin } from '#/server/web/own-origin.ts'
import { readSitemaps } from '#/server/web/sitemaps.ts'

/** Static, as display pages are: what the shop shows, or, where that is too much for one sitemap, where its parts are. */
export async function GET(): Promise<Response> {
  const sitemaps = await readSitemaps()
  const [first] = sitemaps
  const xml = first !== undefined && sitemaps.length === 1 ? first : sitemapIndex(sitemaps.map((_, i) => `${ownOrigin()}/sitemap/${i + 1}`))
  return new Response(xml, { headers: { 'content-type': 'application/xml; charset=utf-8' } })
}
