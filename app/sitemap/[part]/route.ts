import { readSitemaps } from '#/server/web/sitemaps.ts'

/** A part of a sitemap that is too long for one. Made for who asks, and kept by nobody but an edge: few shops have any. */
export async function GET(_request: Request, { params }: { params: Promise<{ part: string }> }): Promise<Response> {
  const { part } = await params
  const sitemaps = /^[1-9]\d{0,2}$/.test(part) ? await readSitemaps() : []
  const xml = sitemaps.length > 1 ? sitemaps[Number(part) - 1] : undefined
  if (xml === undefined) return new Response('No such sitemap.', { status: 404, headers: { 'cache-control': 'no-store' } })
  return new Response(xml, { headers: { 'content-type': 'application/xml; charset=utf-8', 'cache-control': 'public, s-maxage=300' } })
}
