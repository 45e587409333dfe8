import { tags } from '#/server/cache/manifest.ts'
import { readSitemaps } from '#/server/web/sitemaps.ts'

/** A part of a sitemap that is too long for one. Made for who asks, and kept by nobody but an edge: few shops have any. */
export async function GET(_request: Request, { params }: { params: Promise<{ part: string }> }): Promise<Response> {
  const { part } = await params
  const sitemaps = /^[1-9]\d{0,2}$/.test(part) ? await readSitemaps() : []
  const xml = sitemaps.length > 1 ? sitemaps[Number(part) - 1] : undefined
  if (xml === undefined) return new Response('No such sitemap.', { status: 404, headers: { 'cache-control': 'no-store' } })
  const headers = {
    'content-type': 'application/xml; charset=utf-8',
    'cache-control': 'public, s-maxage=300',
    'cache-tag': `${tags.catalogue},${tags.addresses}`,
  }
  return new Response(xml, { headers })
}
