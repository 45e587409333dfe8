import fc from 'fast-check'
import { expect, test } from 'vitest'
import { imagePath, imageSrcSet, widthsOf } from '#/domain/image-variants.ts'
import { linksIn, namedIn } from './named-addresses.ts'

const ID = '0123456789abcdef'
const photo = { id: ID, width: 1600 }

test('a page that shows a photograph names each of its widths and formats, as the component and the preload write them', () => {
  const html = `<link rel="preload" as="image" type="image/avif" imageSrcSet="${imageSrcSet(photo, 'avif')}" imageSizes="92vw"/>
    <picture><source type="image/avif" srcSet="${imageSrcSet(photo, 'avif')}"/><source type="image/webp" srcSet="${imageSrcSet(photo, 'webp')}"/>
    <img src="${imagePath(ID, 1024, 'jpg')}" srcSet="${imageSrcSet(photo, 'jpg')}"/></picture>`
  const all = (['avif', 'webp', 'jpg'] as const).flatMap((format) => widthsOf(format, 1600).map((width) => imagePath(ID, width, format)))
  expect(namedIn(html).photographs.toSorted()).toEqual(all.toSorted())
})

test('scripts, styles and fonts are found in markup and in what scripts are started by, each once', () => {
  const html = String.raw`<script src="/_next/static/chunks/0cz1d0mv5g_q7.js" noModule=""></script><link href='/_next/static/chunks/000rfp3gqyxng.css'/>
    <script>push([1,"1:[\"/_next/static/chunks/000rfp3gqyxng.css\",\"/_next/static/media/besley.p.1u8qh3j5_14ec.woff2\"]"])</script>`
  expect(namedIn(html).files).toEqual([
    '/_next/static/chunks/0cz1d0mv5g_q7.js',
    '/_next/static/chunks/000rfp3gqyxng.css',
    '/_next/static/media/besley.p.1u8qh3j5_14ec.woff2',
  ])
})

test.each([
  `<img src="https://evil.example/media/${ID}/544.avif">`,
  `<img src="//evil.example/media/${ID}/544.avif">`,
  `<img src="/media/${ID}/544.avif/../../../checkout">`,
  `<img src="/media/originals/${ID}.jpg">`,
  `<img src="/media/${ID}/og-50-50.jpg">`,
  '<script src="/_next/static/../../api/cache.js">',
  '<script src="/_next/static/chunks/a.js/../../../../cart">',
  '<script src="/_next/image?url=/_next/static/chunks/a.js.map">',
  `<img src="${'/media/'.repeat(2000)}">`,
])('nothing else is an address of ours: %s', (html) => {
  expect(namedIn(html)).toEqual({ photographs: [], files: [] })
})

test('whatever a document holds, only addresses of their own grammar come out of it', () => {
  const pieces = fc.constantFrom(
    '/media/',
    ID,
    '/',
    '544',
    '.avif',
    '.jpg',
    '/_next/static/',
    'chunks/',
    'a.js',
    '..',
    '"',
    ' ',
    '\\',
    '//evil.example',
    '%2e',
    '<',
    '@',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 4 })), { maxLength: 40 }), (words) => {
      const { photographs, files } = namedIn(words.join(''))
      for (const path of [...photographs, ...files]) {
        expect(new URL(path, 'http://shop.example').href).toBe(`http://shop.example${path}`)
        expect(path).toMatch(/^\/(?:media\/[0-9a-f]{16}\/\d+\.(?:avif|webp|jpg)|_next\/static\/[\w./~-]+)$/)
      }
    }),
  )
})

test('links to products and sales are those of a page’s own links', () => {
  const html =
    '<a class="x" href="/p/canvas-high-tops">a</a><a href="/sale/sale-day">b</a><a href="/p/canvas-high-tops">c</a><a href="//p/evil">d</a><a href="/p/../cart">'
  expect(linksIn(html)).toEqual({ products: ['/p/canvas-high-tops'], sales: ['/sale/sale-day'] })
})
