import type { APIRequestContext } from '@playwright/test'
import sharp from 'sharp'
import { DESCRIPTION_MAX, TITLE_MAX } from '#/domain/page-words.ts'
import { readAddresses } from '#/server/catalog/read-addresses.ts'
import { connectDatabase } from '#/server/db/client.ts'
import { setting } from './backstage.ts'
import { expect, test } from './fixtures.ts'

/** Each kind of page, and the address that it is found under. */
const PAGES = [
  ['/', '/'],
  ['/c/shoes', '/c/shoes'],
  ['/c/everything', '/c/everything'],
  ['/c/everything/page-2', '/c/everything/page-2'],
  ['/c/everything/sort-price-low', '/c/everything'],
  ['/c/everything/sort-price-low/page-2', '/c/everything'],
  ['/p/canvas-high-tops', '/p/canvas-high-tops'],
  ['/credits', '/credits'],
] as const

const SHARED_WITH_PICTURE = ['/', '/c/shoes', '/p/canvas-high-tops']

const ENTITIES: Record<string, string> = { '&quot;': '"', '&#x27;': "'", '&lt;': '<', '&gt;': '>', '&amp;': '&' }

/** What the head of a page says, as a crawler without JavaScript reads it. */
async function headOf(request: APIRequestContext, path: string) {
  const answer = await request.get(path)
  expect(answer.status(), path).toBe(200)
  const html = await answer.text()
  const decode = (text = '') => text.replace(/&(?:quot|#x27|lt|gt|amp);/g, (entity) => ENTITIES[entity] ?? entity)
  const all = (pattern: RegExp) => [...html.matchAll(pattern)].map(([, value]) => decode(value))
  return {
    html,
    titles: all(/<title>([^<]*)<\/title>/g),
    canonicals: all(/<link rel="canonical" href="([^"]*)"/g),
    meta: (name: string) => all(new RegExp(`<meta (?:name|property)="${name}" content="([^"]*)"`, 'g')),
    icons: [...html.matchAll(/<link rel="(icon|apple-touch-icon|manifest)" href="([^"]*)"/g)].map(([, rel, href]) => [rel, href]),
    data: [...html.matchAll(/<script type="application\/ld\+json">([^<]*)<\/script>/g)].map(([, text = '']) => JSON.parse(text)),
  }
}

test('each page has one title of its own and one description, neither longer than what is shown of it', async ({ request }) => {
  const seen: string[] = []
  for (const [path] of PAGES) {
    const { titles, meta } = await headOf(request, path)
    const descriptions = meta('description')
    expect([path, titles.length, descriptions.length]).toEqual([path, 1, 1])
    expect(titles[0]?.length).toBeLessThanOrEqual(TITLE_MAX)
    expect(titles[0]).toMatch(/.+ · Saleday$/)
    expect(descriptions[0]?.length).toBeGreaterThan(40)
    expect(descriptions[0]?.length).toBeLessThanOrEqual(DESCRIPTION_MAX)
    seen.push(titles[0] ?? '')
  }
  expect(new Set(seen).size).toBe(PAGES.length)
})

for (const [path, canonical] of PAGES) {
  test(`${path} is found under ${canonical} of the shop’s own origin, and says the same where it is shared`, async ({
    request,
    baseURL,
  }) => {
    const { canonicals, meta, html } = await headOf(request, path)
    const url = new URL(canonical, baseURL).href.replace(/\/$/, '')
    expect(canonicals).toEqual([url])
    expect(meta('og:url')).toEqual([url])
    expect(meta('og:title')).toHaveLength(1)
    expect(meta('og:site_name')).toEqual(['Saleday'])
    expect(meta('robots').filter((text) => text.includes('noindex'))).toEqual([])
    expect(html).not.toContain('origin.invalid')
  })
}

test('a variant is found as its product', async ({ request, page, baseURL }) => {
  await page.goto('/p/canvas-high-tops')
  const links = await page.getByRole('main').locator('a[href^="/p/canvas-high-tops/"]').all()
  const paths = await Promise.all(links.map((link) => link.getAttribute('href')))
  for (const path of paths.slice(0, 2)) {
    const { canonicals } = await headOf(request, path ?? '')
    expect(canonicals).toEqual([`${baseURL}/p/canvas-high-tops`])
  }
})

for (const path of SHARED_WITH_PICTURE) {
  test(`a link to ${path} is shared with a picture of the size it says`, async ({ request, baseURL }) => {
    const { meta } = await headOf(request, path)
    const [image = ''] = meta('og:image')
    expect(image).toMatch(new RegExp(`^${baseURL}/media/[0-9a-f]{16}/og-\\d+-\\d+\\.jpg$`))
    expect([meta('og:image:width'), meta('og:image:height'), meta('og:image:type')]).toEqual([['1200'], ['630'], ['image/jpeg']])
    expect(meta('og:image:alt')[0]?.length).toBeGreaterThan(20)
    expect([meta('twitter:card'), meta('twitter:image')]).toEqual([['summary_large_image'], [image]])
    const picture = await request.get(image)
    expect(picture.headers()['content-type']).toBe('image/jpeg')
    // Until the media worker has made it, its address answers with the photograph.
    if (picture.headers()['cache-control']?.includes('immutable')) {
      expect(await sharp(await picture.body()).metadata()).toMatchObject({ format: 'jpeg', width: 1200, height: 630 })
    }
  })
}

test('a product says what it is and costs, to people and to machines alike', async ({ request, page, baseURL }) => {
  await page.goto('/p/canvas-high-tops')
  const shown = (
    await page
      .getByRole('main')
      .getByText(/€\d+\.\d\d/)
      .first()
      .textContent()
  )?.match(/€(\d+\.\d\d)/)?.[1]
  const { meta, data } = await headOf(request, '/p/canvas-high-tops')
  expect(meta('og:type')).toEqual(['product'])
  expect(meta('product:price:amount')).toEqual([shown])
  expect(meta('product:price:currency')).toEqual(['EUR'])
  expect(data).toHaveLength(1)
  const [product, crumbs] = data[0]['@graph']
  expect(product).toMatchObject({
    '@type': 'Product',
    name: await page.getByRole('heading', { level: 1 }).textContent(),
    url: `${baseURL}/p/canvas-high-tops`,
    image: product.image.map(() => expect.stringMatching(new RegExp(`^${baseURL}/media/`))),
    offers: { '@type': 'Offer', price: shown, priceCurrency: 'EUR' },
  })
  expect(JSON.stringify(product)).not.toContain('availability')
  expect(crumbs['@type']).toBe('BreadcrumbList')
  expect(crumbs.itemListElement.map(({ item }: { item: string }) => item)).toEqual([
    `${baseURL}/`,
    `${baseURL}/c/shoes`,
    `${baseURL}/p/canvas-high-tops`,
  ])
})

test('a list says what stands on it, in its order; the front page says whose it is', async ({ request, page, baseURL }) => {
  await page.goto('/c/everything/page-2')
  const names = await page.getByRole('main').getByRole('heading', { level: 2 }).allTextContents()
  const [list] = (await headOf(request, '/c/everything/page-2')).data[0]['@graph']
  expect(list['@type']).toBe('ItemList')
  expect(list.itemListElement.map(({ name }: { name: string }) => name)).toEqual(names)
  expect(list.itemListElement[0].position).toBe(25)
  const [site, shop] = (await headOf(request, '/')).data[0]['@graph']
  expect([site['@type'], shop['@type']]).toEqual(['WebSite', 'Organization'])
  expect(site.url).toBe(`${baseURL}/`)
  expect((await request.get(shop.logo)).status()).toBe(200)
})

test('the sitemap lists every product that is shown, every list and the front page, each once, and each of them answers', async ({
  request,
  baseURL,
}) => {
  const robots = await request.get('/robots.txt')
  expect(robots.headers()['content-type']).toContain('text/plain')
  const sitemap = /^Sitemap: (.*)$/m.exec(await robots.text())?.[1] ?? ''
  expect(sitemap).toBe(`${baseURL}/sitemap.xml`)

  const db = connectDatabase(setting('DATABASE_URL'), 1)
  const { products, categories } = await readAddresses(db)
  await db.$disconnect()
  const wanted = [
    '/',
    '/c/everything',
    ...categories.map((slug) => `/c/${slug}`),
    ...products.filter(({ gone }) => !gone).map(({ slug }) => `/p/${slug}`),
  ].map((path) => baseURL + path)
  const listed = async () => [...(await (await request.get(sitemap)).text()).matchAll(/<loc>(.*?)<\/loc>/g)].map(([, url]) => url)
  // Another journey may just have withdrawn something.
  await expect.poll(listed).toEqual(wanted)
  for (const url of wanted) expect((await request.get(url)).status(), url).toBe(200)
})

test('robots.txt keeps crawlers from nothing that the sitemap lists', async ({ request, baseURL }) => {
  const refused = [...(await (await request.get('/robots.txt')).text()).matchAll(/^Disallow: (.*)$/gm)].map(([, path]) => path as string)
  expect(refused).toContain('/checkout')
  const listed = [...(await (await request.get('/sitemap.xml')).text()).matchAll(/<loc>(.*?)<\/loc>/g)].map(([, url]) => url as string)
  for (const url of listed) expect(refused.some((path) => url.slice(baseURL?.length).startsWith(path))).toBe(false)
})

test('what is about one shopper is not to be found, and has a title nevertheless', async ({ request }) => {
  for (const path of ['/cart', '/checkout']) {
    const { titles, meta } = await headOf(request, path)
    expect(titles).toHaveLength(1)
    expect(meta('robots')).toEqual(['noindex'])
    expect(meta('description')).toHaveLength(1)
  }
})

test('the manifest is valid, and every picture it and the pages name is there in the size they say', async ({ request }) => {
  const { icons } = await headOf(request, '/')
  expect(icons).toEqual([
    ['manifest', '/manifest.webmanifest'],
    ['icon', '/favicon.ico'],
    ['icon', '/icon.svg'],
    ['apple-touch-icon', '/apple-touch-icon.png'],
  ])
  const answer = await request.get('/manifest.webmanifest')
  expect(answer.headers()['content-type']).toContain('application/manifest+json')
  const manifest = await answer.json()
  expect(manifest).toMatchObject({ name: 'Saleday', start_url: '/', display: expect.stringMatching(/^(browser|standalone|minimal-ui)$/) })
  const sized = [...manifest.icons, { src: '/apple-touch-icon.png', type: 'image/png', sizes: '180x180' }]
  expect(sized.map(({ sizes, purpose }) => `${sizes} ${purpose ?? ''}`)).toEqual(
    expect.arrayContaining(['192x192 any', '512x512 any', '512x512 maskable']),
  )
  for (const { src, type, sizes } of sized) {
    const picture = await request.get(src)
    expect(picture.headers()['content-type'], src).toContain(type)
    const { width, height, format } = await sharp(await picture.body()).metadata()
    expect(type).toContain(format)
    if (sizes !== 'any') expect(`${width}x${height}`, src).toBe(sizes)
  }
  const ico = await (await request.get('/favicon.ico')).body()
  expect([...ico.subarray(0, 8)]).toEqual([0, 0, 1, 0, 1, 0, 32, 32])
  expect(await sharp(ico.subarray(22)).metadata()).toMatchObject({ format: 'png', width: 32, height: 32 })
})

test('a browser’s own bars belong to the page in either scheme', async ({ page }) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.goto('/')
    const [paper, bars] = await page.evaluate(() => {
      const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D
      const paint = (colour: string) => {
        probe.fillStyle = colour
        probe.fillRect(0, 0, 1, 1)
        return [...probe.getImageData(0, 0, 1, 1).data]
      }
      const metas = [...document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')]
      const colour = metas.find(({ media }) => matchMedia(media).matches)?.content ?? ''
      return [paint(getComputedStyle(document.documentElement).backgroundColor), paint(colour)]
    })
    for (const [i, part] of (bars ?? []).entries()) expect(Math.abs(part - (paper?.[i] ?? Number.NaN))).toBeLessThanOrEqual(2)
    expect(bars).toHaveLength(4)
  }
})

test.describe('after a soft step from page to page', () => {
  test('the head names the shop’s own origin', async ({ page, baseURL }) => {
    await page.goto('/c/shoes')
    await page.waitForLoadState('networkidle')
    await page.getByRole('link', { name: /Canvas high tops/ }).click()
    await expect(page).toHaveURL('/p/canvas-high-tops')
    await expect(page.locator('link[rel="canonical"]')).toHaveAttribute('href', `${baseURL}/p/canvas-high-tops`)
    await expect(page).toHaveTitle('Canvas high tops · Saleday')
  })
})
