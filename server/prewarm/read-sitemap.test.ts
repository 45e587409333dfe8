import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SITEMAP_MAX_URLS, sitemapIndex, sitemapsOf } from '#/domain/sitemap.ts'
import { ownPath, readSitemap } from './read-sitemap.ts'

const url = fc.webUrl({ withQueryParameters: true, validSchemes: ['http', 'https'] })

test('a sitemap of ours is read back as it was written, in one part or in many', () => {
  fc.assert(
    fc.property(fc.array(url, { maxLength: 20 }), fc.integer({ min: 1, max: 5 }), (urls, maxUrls) => {
      const parts = sitemapsOf(
        urls.map((one) => ({ url: one, changedAtMs: 0 })),
        { maxUrls },
      )
      expect(parts.flatMap((part) => readSitemap(part)?.urls ?? [])).toEqual(urls)
      expect(readSitemap(sitemapIndex(urls))).toEqual({ kind: 'parts', urls })
    }),
  )
})

test.each(['', 'not found', '<html><loc>http://shop.example/</loc></html>', '{"urlset": []}'])('what is no sitemap is none: %j', (xml) => {
  expect(readSitemap(xml)).toBe(null)
})

test('nothing that is sent makes it throw, and no address has what no address has', () => {
  const word = fc
    .array(fc.constantFrom('http://shop.example/', '&amp;', '&', ' ', '\n', '<', '>', 'x'), { maxLength: 6 })
    .map((all) => all.join(''))
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string({ unit: 'binary' }))), (words) => {
      const xml = words.map((one) => `<loc>${one}</loc>`).join('')
      for (const found of readSitemap(`<urlset>${xml}`)?.urls ?? []) expect(found).toMatch(/^\S+$/)
    }),
  )
})

test('of one that is longer than the protocol lets it be, no more is read', () => {
  const xml = `<urlset>${'<loc>h</loc>'.repeat(SITEMAP_MAX_URLS + 1)}</urlset>`
  expect(readSitemap(xml)?.urls).toHaveLength(SITEMAP_MAX_URLS)
})

const ORIGINS = ['http://127.0.0.1:3000', 'https://shop.example']
test.each([
  ['https://shop.example/p/mouse', '/p/mouse'],
  ['https://shop.example/p/mouse?utm=1#top', '/p/mouse'],
  ['http://127.0.0.1:3000/', '/'],
  ['https://shop.example:8443/', null],
  ['http://shop.example/', null],
  ['https://shop.example.evil.example/', null],
  ['https://shop.example@evil.example/', null],
  ['https://user:word@shop.example/', null],
  ['/p/mouse', null],
  ['javascript:alert(1)', null],
  [`https://shop.example/${'x'.repeat(2000)}`, null],
])('%s leads to %s', (address, path) => {
  expect(ownPath(address, ORIGINS)).toBe(path)
})
