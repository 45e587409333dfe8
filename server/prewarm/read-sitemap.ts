import { SITEMAP_MAX_URLS } from '#/domain/sitemap.ts'

/** What a sitemap names: pages, or where its parts are. */
export type Sitemap = { readonly kind: 'pages' | 'parts'; readonly urls: readonly string[] }

const LOC = /<loc>\s*([^<>\s]{1,2048})\s*<\/loc>/g
const ENTITY = /&(amp|lt|gt|quot|apos);/g
const CHARACTERS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** Reads a sitemap, or an index of several, as far as the protocol lets one go; null for what is neither. See domain/sitemap.ts for ours. */
export function readSitemap(xml: string): Sitemap | null {
  const root = /<(urlset|sitemapindex)[\s>]/.exec(xml)?.[1]
  if (root === undefined) return null
  const urls: string[] = []
  for (const [, url = ''] of xml.matchAll(LOC)) {
    if (urls.length === SITEMAP_MAX_URLS) break
    urls.push(url.replace(ENTITY, (_, name: string) => CHARACTERS[name] ?? ''))
  }
  return { kind: root === 'urlset' ? 'pages' : 'parts', urls }
}

/** The path of an address, without what stands behind it, if it is one of these origins'; null for any other. */
export function ownPath(url: string, origins: readonly string[]): string | null {
  const parsed = URL.parse(url)
  if (!parsed || !origins.includes(parsed.origin) || parsed.username !== '' || parsed.password !== '') return null
  return parsed.pathname.length <= MOST_PATH ? parsed.pathname : null
}

const MOST_PATH = 1000
