import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatMoney } from '#/domain/money.ts'
import { sku } from '#/domain/sku.ts'
import { readCacheReport } from './cache-report.ts'
import { type DrillStore, startDrillStore } from './drill-store.ts'
import { until } from './merchant.ts'

let store: DrillStore

beforeAll(async () => {
  store = await startDrillStore()
  // Pages of the build are finished one after the other, once the process listens.
  const isReady = async (path: string) => {
    const { headers } = await ask(path)
    return headers.etag !== undefined && headers['x-nextjs-cache'] === 'HIT'
  }
  for (const path of ['/', '/c/shoes', '/p/canvas-high-tops', '/p/table-tripod']) await until(`${path} is ready`, () => isReady(path))
})
afterAll(() => store.stop())

/** Asks as it is told to, and decodes nothing. */
async function ask(path: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') {
  const answer = await request(store.url + path, { method, headers })
  return {
    status: answer.statusCode,
    headers: answer.headers as Record<string, string>,
    body: Buffer.from(await answer.body.arrayBuffer()),
  }
}

describe('a finished page', () => {
  test('is the same text in each encoding, and in none that was not asked for', async () => {
    const plain = await ask('/p/canvas-high-tops')
    const [zipped, brotli] = [
      await ask('/p/canvas-high-tops', { 'accept-encoding': 'gzip' }),
      await ask('/p/canvas-high-tops', { 'accept-encoding': 'gzip, br' }),
    ]
    expect([plain, zipped, brotli].map(({ headers }) => headers['content-encoding'])).toEqual([undefined, 'gzip', 'br'])
    expect(gunzipSync(zipped.body)).toEqual(plain.body)
    expect(brotliDecompressSync(brotli.body)).toEqual(plain.body)
    for (const { headers, body } of [plain, zipped, brotli]) {
      expect(headers).toMatchObject({ 'content-length': String(body.length), 'x-finished': '1' })
      expect(headers.vary?.toLowerCase()).toContain('accept-encoding')
    }
  })

  test('is not sent again to whoever has it, in that encoding; HEAD has its headers and no body', async () => {
    const { headers } = await ask('/c/shoes', { 'accept-encoding': 'br' })
    const etag = headers.etag as string
    const again = await ask('/c/shoes', { 'accept-encoding': 'br', 'if-none-match': `"other", W/${etag}` })
    expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, etag])
    expect(again.headers['cache-control']).toMatch(/^s-maxage=\d+, stale-while-revalidate=3600, stale-if-error=86400$/)
    expect((await ask('/c/shoes', { 'accept-encoding': 'gzip', 'if-none-match': etag })).status).toBe(200)
    const head = await ask('/c/shoes', { 'accept-encoding': 'br' }, 'HEAD')
    expect([head.status, head.body.length, head.headers['content-length']]).toEqual([200, 0, headers['content-length']])
  })

  test('may be kept by an edge, is not personal, and is the same whatever stands behind a ?', async () => {
    const plain = await ask('/')
    expect(plain.headers['cache-control']).toMatch(/^s-maxage=\d+, stale-while-revalidate=3600, stale-if-error=86400$/)
    expect(plain.headers['set-cookie']).toBeUndefined()
    const decorated = await ask('/?utm_source=mail&rsc=1', { cookie: 'cart=nonsense; cart_count=3' })
    expect(decorated.body).toEqual(plain.body)
  })

  test('is the same however its address is spelt', async () => {
    const [usual, other] = [await ask('/c/shoes', { 'accept-encoding': 'br' }), await ask('/c/%73h%6Fes', { 'accept-encoding': 'br' })]
    expect([other.headers.etag, other.headers['cache-status']]).toEqual([usual.headers.etag, 'saleday; hit; detail=memory'])
  })

  test.each([
    ['its tree', { 'next-router-state-tree': '%5B%22%22%2C%7B%7D%5D' }],
    ['a piece of it', { 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/_tree' }],
  ])('is sent, where %s is asked for, as the framework sends it', async (_, wanted) => {
    const headers = { rsc: '1', ...wanted }
    // The framework names what it answers by a hash of what it was asked.
    const part = (await ask('/c/shoes', headers)).headers.location as string
    const own = await ask(part, headers)
    expect([own.status, own.headers['cache-status']]).toEqual([200, 'saleday; hit; detail=memory'])
    // Heads are left to it, and so is a prefetch of the whole tree.
    const theirs = (await ask(part, headers, 'HEAD')).headers
    // What the framework answers by itself does not say of which number it is.
    expect(own.headers['cache-tag']?.replace(/,as-of:[^,]*$/, '')).toBe(theirs['cache-tag'])
    const ofDocuments = ['content-security-policy', 'link', 'x-finished', 'cache-tag']
    const ofTheWay = ['date', 'connection', 'keep-alive', 'transfer-encoding', 'x-nextjs-prerender']
    for (const [name, value] of Object.entries(theirs))
      if (![...ofDocuments, ...ofTheWay].includes(name)) expect([name, own.headers[name]]).toEqual([name, value])
    const whole = (await ask('/c/shoes', { rsc: '1', 'next-router-prefetch': '1' })).headers.location as string
    const tree = await ask(whole, { rsc: '1', 'next-router-prefetch': '1' })
    expect(tree.headers['cache-status']).toBeUndefined()
    expect(own.body.equals(tree.body)).toBe('next-router-state-tree' in wanted)
    for (const [encoding, decode] of [
      ['gzip', gunzipSync],
      ['br', brotliDecompressSync],
    ] as const) {
      const { headers: sent, body } = await ask(part, { ...headers, 'accept-encoding': encoding })
      expect([sent['content-encoding'], decode(body).equals(own.body)]).toEqual([encoding, true])
    }
  })

  test.each([{}, { 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/_tree' }])(
    'may be kept by an edge in its parts for as long as the whole, and is dropped there by the same tags: %o',
    async (headers) => {
      const whole = await ask('/c/shoes')
      const { headers: redirect } = await ask('/c/shoes', { rsc: '1', ...headers })
      const part = await ask(redirect.location as string, { rsc: '1', ...headers })
      expect(part.headers).toMatchObject({ 'content-type': 'text/x-component', 'x-nextjs-cache': 'HIT' })
      for (const name of ['cache-control', 'cdn-cache-control', 'cache-tag']) expect(part.headers[name]).toBe(whole.headers[name])
    },
  )
})

test('a page that nobody has seen yet comes in its final form, too, and is kept', async () => {
  const first = await ask('/c/plants/sort-price-high', { 'accept-encoding': 'br' })
  expect(first.headers['x-nextjs-cache']).toBe('MISS')
  const html = brotliDecompressSync(first.body).toString()
  expect(html).not.toMatch(/<script[^>]* async/)
  await until('it is kept', async () => (await ask('/c/plants/sort-price-high')).headers['x-nextjs-cache'] === 'HIT')
  expect((await ask('/c/plants/sort-price-high')).body.toString()).toBe(html)
})

test('what a visitor says of himself is in no page that others get', async () => {
  const path = '/c/seating/sort-price-high'
  const headers = { 'user-agent': 'bingbot/2.0', 'content-security-policy': "script-src 'nonce-theirs'" }
  const first = await ask(path, headers)
  expect(first.body.toString()).not.toContain('theirs')
  expect(first.headers['cache-control']).toMatch(/^s-maxage=/)
  await until('it is kept', async () => (await ask(path)).headers['x-nextjs-cache'] === 'HIT')
  expect((await ask(path)).body.toString()).not.toContain('theirs')
})

test.each([
  ['a crawler that Next renders a page of its own for', { 'user-agent': 'Mozilla/5.0 (compatible; bingbot/2.0)' }],
  ['somebody who names a nonce', { 'content-security-policy': "script-src 'nonce-bWluZQ=='" }],
])('a page that %s was the first to ask for is kept, and the same for everybody', async (who, headers) => {
  const path = who.includes('crawler') ? '/c/seating/sort-price-low' : '/c/sport/sort-price-low'
  const first = await ask(path, headers)
  expect(first.headers).toMatchObject({ 'x-nextjs-cache': 'MISS', 'x-finished': '1' })
  expect(first.body.toString()).not.toContain('nonce="')
  const second = await ask(path)
  expect(second.headers['x-nextjs-cache']).toBe('HIT')
  expect(second.body).toEqual(first.body)
})

test.each([
  ['takes pictures only', '/c/plants/sort-newest', { accept: 'image/avif' }],
  ['names an action', '/c/shoes/sort-newest', { 'next-action': 'x' }],
])('a page that was first asked for by somebody who %s is the finished one, for him and for everybody', async (_, path, headers) => {
  const first = await ask(path, headers)
  expect(first.headers).toMatchObject({ 'x-nextjs-cache': 'MISS', 'x-finished': '1' })
  expect(first.headers['content-security-policy']).toMatch(/^default-src 'self'/)
  const second = await ask(path, { accept: 'text/html' })
  expect(second.headers['x-nextjs-cache']).toBe('HIT')
  expect(second.body).toEqual(first.body)
  expect(second.headers['content-security-policy']).toBe(first.headers['content-security-policy'])
})

test('of all who ask at once for a page that nobody has seen, each gets the bytes that were made once', async () => {
  const answers = await Promise.all(
    Array.from({ length: 300 }, (_, n) => ask(`/c/cameras/sort-newest?n=${n}`, { 'accept-encoding': n % 2 ? 'br' : 'gzip' })),
  )
  expect(new Set(answers.map(({ status, headers }) => `${status} ${headers['x-finished']} ${headers['content-encoding']}`)).size).toBe(2)
  expect(new Set(answers.map(({ headers }) => headers.etag)).size).toBe(2)
})

test.each([
  '/',
  '/c/shoes',
  '/c/everything/page-2',
  '/p/canvas-high-tops',
  '/credits',
  '/styleguide',
  '/cart',
  '/checkout',
  '/p/nothing',
  '/nothing',
  '/%E0%A4%A',
])('%s says what a browser may do with it: run and show its own, in no frame', async (path) => {
  const { headers, body } = await ask(path)
  const policy = headers['content-security-policy'] ?? ''
  expect(policy).toMatch(/^default-src 'self'; script-src 'self'/)
  for (const directive of ["object-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"])
    expect(policy).toContain(directive)
  expect(policy).not.toMatch(/unsafe-inline|unsafe-eval|\*/)
  // The one script that stands in the page is allowed by name; what it says to machines is none.
  const inline = [...body.toString().matchAll(/<script(?![^>]*\s(?:src=|type="application\/ld\+json"))[^>]*>/g)].length
  expect(inline).toBeLessThanOrEqual(1)
  expect([...policy.matchAll(/script-src[^;]*/g)].join().match(/'sha256-/g)?.length ?? 0).toBe(inline)
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'strict-origin-when-cross-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  })
  expect(headers['permissions-policy']).toContain('camera=()')
  expect(headers['strict-transport-security'], 'this store is reached by plain HTTP').toBeUndefined()
})

test('stock is kept by nobody for longer than a second, and the sitemap is dropped by what an edit tells', async () => {
  expect((await ask('/api/stock?sku=CANVASHI-BLACK-42')).headers['cache-control']).toBe('public, max-age=1, s-maxage=1')
  await until('the sitemap is kept', async () => (await ask('/sitemap.xml')).headers['x-nextjs-cache'] === 'HIT')
  const { headers } = await ask('/sitemap.xml')
  expect(headers['cache-tag']).toBe('catalogue,addresses')
  expect(headers['cache-control']).toMatch(/^s-maxage=300, /)
})

test.each(['/sitemap.xml', '/robots.txt', '/manifest.webmanifest', '/p/canvas-high-tops/black/41'])(
  '%s is made once, and not for each who asks for it',
  async (path) => {
    await until('it is kept', async () => (await ask(path)).headers['x-nextjs-cache'] === 'HIT')
    const { body } = await ask(path)
    await until('nothing else is rendered', async () => (await readCacheReport(store, store)).pages.waiting === 0)
    const before = await readCacheReport(store, store)
    for (let i = 0; i < 20; i += 1) {
      const again = await ask(path)
      expect([again.headers['x-nextjs-cache'], again.body.equals(body)]).toEqual(['HIT', true])
    }
    const { counts } = await readCacheReport(store, store)
    expect([counts['pages.render'], counts['data.memory']]).toEqual([before.counts['pages.render'], before.counts['data.memory']])
  },
)

test.each(['/api/stock?sku=CANVASHI-BLACK-42', '/api/health/live', '/media/0000000000000000/320.avif', '/icon.svg'])(
  '%s is no page, and loads nothing wherever it is opened',
  async (path) => {
    expect((await ask(path)).headers['content-security-policy']).toBe("default-src 'none'; frame-ancestors 'none'")
  },
)

test('an edit is on the page after one rendering, however many ask meanwhile, and nobody waits for it', async () => {
  const path = '/p/table-tripod'
  await ask(path)
  const before = (await ask(path)).body
  const renderings = await countRenderings(path, async () => {
    await store.merchant.setPrice(sku('TRIPOD'), 43_21)
    const price = formatMoney({ minor: 43_21, currency: 'EUR' })
    await until('the page has the new price', async () => {
      const answers = await Promise.all(Array.from({ length: 100 }, () => ask(path)))
      for (const { status, body, headers } of answers) {
        expect(status).toBe(200)
        expect(['HIT', 'STALE']).toContain(headers['x-nextjs-cache'])
        if (headers['x-nextjs-cache'] === 'STALE')
          expect(headers['cache-control'], 'an edge asks again at once').toMatch(/^s-maxage=1, stale-if/)
        expect(body.equals(before) || body.toString().includes(price), 'a page is the old one or the new one').toBe(true)
      }
      return answers.every(({ body }) => body.toString().includes(price))
    })
  })
  expect(renderings).toBe(1)
})

/** How often another text of a page is seen, one after the other, while something goes on. */
async function countRenderings(path: string, meanwhile: () => Promise<void>): Promise<number> {
  const etags: string[] = [(await ask(path)).headers.etag as string]
  let goesOn = true
  const watch = (async () => {
    while (goesOn) {
      const etag = (await ask(path)).headers.etag as string
      if (etags.at(-1) !== etag) etags.push(etag)
    }
  })()
  await meanwhile()
  goesOn = false
  await watch
  return etags.length - 1
}

test('while Postgres is away pages go on being sent, even those that an edit has made old', async () => {
  await store.merchant.setPrice(sku('TRIPOD'), 44_32)
  await store.postgres.kill('SIGKILL')
  try {
    for (let round = 0; round < 20; round += 1) {
      for (const path of ['/', '/c/cameras', '/p/table-tripod']) expect((await ask(path)).status).toBe(200)
    }
    // One that no edit has touched.
    const life = async () => (await ask('/c/shoes')).headers['cache-control']
    await until('no edge keeps what nobody knows to be current', async () => /^s-maxage=1,/.test((await life()) ?? ''))
  } finally {
    await store.postgres.start()
  }
  await until('the edit is on the page after all', async () => (await ask('/p/table-tripod')).body.toString().includes('44.32'))
  await until('edges keep pages again', async () => /^s-maxage=300,/.test((await ask('/c/shoes')).headers['cache-control'] ?? ''))
})
