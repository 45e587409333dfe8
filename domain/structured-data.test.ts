import fc from 'fast-check'
import { expect, test } from 'vitest'
import { listData, productData, shopData, type Thing, toScriptText } from './structured-data.ts'

const ORIGIN = 'https://shop.example'
const price = (minor: number) => ({ price: { minor, currency: 'EUR' as const } })
const product = {
  code: 'HITOP',
  slug: 'canvas-high-tops',
  name: 'Canvas high tops',
  summary: 'Black canvas.',
  category: { slug: 'shoes', name: 'Shoes' },
  pictures: [{ id: '0123456789abcdef', focalX: 0.5, focalY: 0.4 }],
  variants: [price(69_00), price(69_00)],
}
const list = { name: 'Shoes', path: '/c/shoes', products: [product, { slug: 'b', name: 'B' }], total: 50, before: 24 }

const KINDS: Record<string, Thing[]> = {
  'a product of one price': productData(ORIGIN, product),
  'a product of several prices': productData(ORIGIN, { ...product, variants: [price(80_00), price(69_05), price(75_00)] }),
  'a list': listData(ORIGIN, list),
  'the front page': shopData(ORIGIN, { description: 'A shop.' }),
}

/**
 * What has to be there of each type. Product, Offer, AggregateOffer, BreadcrumbList, Organization:
 * https://developers.google.com/search/docs/appearance/structured-data/search-gallery; ItemList, WebSite: https://schema.org.
 */
const REQUIRED: Record<string, readonly string[]> = {
  Product: ['name', 'image', 'description', 'offers', 'url'],
  Offer: ['price', 'priceCurrency', 'url'],
  AggregateOffer: ['lowPrice', 'highPrice', 'priceCurrency', 'offerCount'],
  BreadcrumbList: ['itemListElement'],
  ItemList: ['itemListElement', 'numberOfItems'],
  ListItem: ['position', 'name'],
  WebSite: ['name', 'url'],
  Organization: ['name', 'url', 'logo'],
}

/** Every thing in it, however deep. */
function thingsIn(value: unknown): Thing[] {
  if (Array.isArray(value)) return value.flatMap(thingsIn)
  if (typeof value !== 'object' || value === null) return []
  const inside = Object.values(value).flatMap(thingsIn)
  return '@type' in value ? [value as Thing, ...inside] : inside
}

test.each(Object.entries(KINDS))('%s says of each thing what has to be said, and every address is absolute', (_, things) => {
  for (const thing of thingsIn(things)) {
    expect(REQUIRED, thing['@type']).toHaveProperty(thing['@type'])
    for (const property of REQUIRED[thing['@type']] ?? []) expect(thing[property], `${thing['@type']}.${property}`).toBeTruthy()
    for (const property of ['url', 'item', 'image', 'logo', '@id'])
      for (const address of [thing[property] ?? []].flat()) expect(address).toMatch(/^https:\/\/shop\.example\//)
  }
})

test.each([
  [[69_00, 69_00], { '@type': 'Offer', price: '69.00', priceCurrency: 'EUR' }],
  [[1_234_505], { '@type': 'Offer', price: '12345.05' }],
  [[80_00, 69_05, 75_00], { '@type': 'AggregateOffer', lowPrice: '69.05', highPrice: '80.00', offerCount: 3 }],
])('prices of %j are an offer %j', (minors, offer) => {
  const [thing] = productData(ORIGIN, { ...product, variants: minors.map(price) })
  expect(thing?.offers).toMatchObject(offer)
})

test('nothing says whether a thing is in stock; what is not on sale has no offer', () => {
  for (const things of Object.values(KINDS)) expect(JSON.stringify(things)).not.toMatch(/availability|InStock|inventory/i)
  expect(productData(ORIGIN, { ...product, variants: [] })[0]).not.toHaveProperty('offers')
})

test('places count from the front page down, and on from the pages before', () => {
  const [items = [], crumbs = []] = listData(ORIGIN, list).map(({ itemListElement }) => itemListElement as Thing[])
  expect(items.map(({ position, url }) => [position, url])).toEqual([
    [25, `${ORIGIN}/p/canvas-high-tops`],
    [26, `${ORIGIN}/p/b`],
  ])
  expect(crumbs.map(({ position, item }) => [position, item])).toEqual([
    [1, `${ORIGIN}/`],
    [2, `${ORIGIN}/c/shoes`],
  ])
})

test('whatever a product is called, its data is the same JSON and cannot end its script', () => {
  const hostile = fc.constantFrom('</script><script>alert(1)</script>', '<!--', ']]>', '&lt;', '\u2028', '\u2029', '"', '\\')
  fc.assert(
    fc.property(fc.array(fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 8 }), (pieces) => {
      const things = productData(ORIGIN, { ...product, name: pieces.join('') })
      const text = toScriptText(things)
      expect(text).not.toMatch(/[<>&\u2028\u2029]/)
      expect(JSON.parse(text)).toEqual({ '@context': 'https://schema.org', '@graph': things })
    }),
  )
})
