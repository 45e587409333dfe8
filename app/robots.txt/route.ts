import { ownOrigin } from '#/server/web/own-origin.ts'

/** What is about one shopper, and what no page is made of, is nobody's to find. The same for all crawlers, and for all time. */
export function GET(): Response {
  const lines = ['User-agent: *', 'Disallow: /api/', 'Disallow: /cart', 'Disallow: /checkout', 'Disallow: /orders/', '']
  return new Response([...lines, `Sitemap: ${ownOrigin()}/sitemap.xml`, ''].join('\n'), {
    headers: { 'content-type': 'text/plain; charset=utf-8' },
  })
}
