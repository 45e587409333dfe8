import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sitemapIndex, sitemapsOf } from './sitemap.ts'

const entries = (count: number) => Array.from({ length: count }, (_, i) => ({ url: `https://shop.example/p/${i}`, changedAtMs: i }))
const urlsIn = (xml: string) => [...xml.matchAll(/<loc>(.*?)<\/loc>/g)].map(([, url]) => url)

test('every page stands in the sitemaps once, in order, and none of them is beyond a limit', () => {
  fc.assert(
    fc.property(fc.nat({ max: 300 }), fc.integer({ min: 1, max: 50 }), fc.integer({ min: 400, max: 4000 }), (count, maxUrls, maxBytes) => {
      const all = entries(count)
      const sitemaps = sitemapsOf(all, { maxUrls, maxBytes })
      expect(sitemaps.flatMap(urlsIn)).toEqual(all.map(({ url }) => url))
      expect(sitemaps.length).toBeGreaterThan(0)
      for (const xml of sitemaps) {
        expect(urlsIn(xml).length).toBeLessThanOrEqual(maxUrls)
        expect(Buffer.byteLength(xml)).toBeLessThanOrEqual(maxBytes)
      }
    }),
  )
})

test('50,000 pages fill one sitemap, one more begins another', () => {
  expect(sitemapsOf(entries(50_000))).toHaveLength(1)
  expect(sitemapsOf(entries(50_001))).toHaveLength(2)
})

test('says when each page changed, and writes addresses as XML wants them', () => {
  const [xml] = sitemapsOf([{ url: 'https://shop.example/c/a?b=1&c=<2>', changedAtMs: Date.UTC(2026, 10, 24, 8) }])
  expect(xml).toContain('<loc>https://shop.example/c/a?b=1&amp;c=&lt;2&gt;</loc><lastmod>2026-11-24T08:00:00.000Z</lastmod>')
  expect(sitemapIndex(['https://shop.example/sitemap/1?a&b'])).toContain('<loc>https://shop.example/sitemap/1?a&amp;b</loc>')
})
