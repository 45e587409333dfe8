/** What a sitemap may hold: https://www.sitemaps.org/protocol.html. Bytes before compression. */
export const SITEMAP_MAX_URLS = 50_000
export const SITEMAP_MAX_BYTES = 50 * 1024 * 1024

export type SitemapEntry = { readonly url: string; readonly changedAtMs: number }

type Limits = { readonly maxUrls?: number; readonly maxBytes?: number }

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
const END = '</urlset>\n'

/** Sitemaps that together list every entry once, in order; each within the limits. There is always one. */
export function sitemapsOf(
  entries: readonly SitemapEntry[],
  { maxUrls = SITEMAP_MAX_URLS, maxBytes = SITEMAP_MAX_BYTES }: Limits = {},
): readonly string[] {
  const sitemaps: string[] = []
  let lines: string[] = []
  let bytes = 0
  const close = () => {
    sitemaps.push(HEAD + lines.join('') + END)
    lines = []
    bytes = 0
  }
  for (const { url, changedAtMs } of entries) {
    const line = `<url><loc>${escapeXml(url)}</loc><lastmod>${new Date(changedAtMs).toISOString()}</lastmod></url>\n`
    // Addresses are percent-encoded, so characters are bytes.
    if (lines.length > 0 && (lines.length === maxUrls || HEAD.length + bytes + line.length + END.length > maxBytes)) close()
    lines.push(line)
    bytes += line.length
  }
  if (lines.length > 0 || sitemaps.length === 0) close()
  return sitemaps
}

/** What stands in the place of a sitemap that is too long for one. */
export function sitemapIndex(urls: readonly string[]): string {
  const lines = urls.map((url) => `<sitemap><loc>${escapeXml(url)}</loc></sitemap>\n`)
  return `<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${lines.join('')}</sitemapindex>\n`
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
