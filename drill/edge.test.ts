import { createHash } from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sku } from '#/domain/sku.ts'
import type { TestEdge } from '#/scripts/stack/test-edge.ts'
import { type DrillStore, startDrillStore } from './drill-store.ts'
import { inWords, until } from './merchant.ts'
import { ADDRESS, orderedOn, type Page, Shopper } from './shopper.ts'
import { isSettled, startStoreEdge } from './store-edge.ts'

/** A whole store behind a real nginx. What nginx does by itself is in scripts/stack/edge.stack.test.ts. */
let store: DrillStore
let edge: TestEdge

/** Pages for everybody, of every kind. */
const DISPLAYED = [
  '/',
  '/c/shoes',
  '/c/everything/page-2',
  '/p/canvas-high-tops',
  '/p/canvas-high-tops/black/42',
  '/p/table-tripod',
  '/credits',
]
const OTHERS = ['/sitemap.xml', '/robots.txt']

beforeAll(async () => {
  store = await startDrillStore({ replicas: 2 })
  edge = await startStoreEdge(store)
  // The import of the catalogue has made every page of the build old: each is rendered once more.
  await makePagesReady()
  // One who does not know what is kept begins by purging all of it, three times. What a worker tells at its start is among it.
  await until('the edge is settled', () => isSettled(edge, store))
  await makePagesReady()
})
afterAll(() => store.stop())

async function makePagesReady(): Promise<void> {
  for (const { url } of store.replicas) {
    for (const target of DISPLAYED)
      await until(`${target} is ready`, async () => (await ask(target, {}, url)).headers['x-nextjs-cache'] === 'HIT')
  }
}

type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly edge: string | undefined
  readonly body: Buffer
}

/** Asks for exactly this: nothing is put right on the way, and nothing decoded. */
function ask(target: string, headers: Record<string, string> = {}, url = edge.url, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const asking = http.request({ hostname, port, path: target, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const said = response.headers as Record<string, string | undefined>
        const layers = said['cache-status']?.split(', ').at(-1)
        resolve({ status: response.statusCode ?? 0, headers: said, edge: layers, body: Buffer.concat(chunks) })
      })
    })
    asking.on('error', reject).end()
  })
}
const ENCODINGS = ['identity', 'gzip', 'br'] as const

function decoded({ headers, body }: Answer): string {
  const encoding = headers['content-encoding']
  if (encoding === 'br') return brotliDecompressSync(body).toString()
  return (encoding === 'gzip' ? gunzipSync(body) : body).toString()
}

/** For longer than a moment: an answer of a web process that has heard within the last second that nothing is new. */
async function keepFor(target: string, headers: Record<string, string> = {}): Promise<void> {
  await until(`${target} is kept`, async () => {
    const { edge: said, headers: own } = await ask(target, headers)
    return said === 'edge; hit' && /^s-maxage=\d{3}/.test(own['x-edge-cache-control'] ?? '')
  })
}

/** Of the whole text: a failure that shows two pages shows nothing. */
function digest(answer: Answer): string {
  return createHash('sha256').update(decoded(answer)).digest('hex')
}

/** Makes the edge forget a page in all of its forms. */
async function forget(target: string): Promise<void> {
  for (const encoding of ENCODINGS) for (const key of [`doc|${encoding}|${target}`, `rsc|${encoding}|${target}|`]) await edge.purge(key)
}

/** What the edge has kept, as it lies on disk. What it keeps for a moment it removes by itself. */
function keptFiles(caches: readonly string[] = ['pages', 'moments']): Buffer[] {
  const entries = caches.flatMap((name) => fs.readdirSync(path.join(edge.folder, name), { recursive: true, withFileTypes: true }))
  return entries.filter((entry) => entry.isFile()).map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name)))
}

describe('pages for everybody', () => {
  test.each([...DISPLAYED, ...OTHERS])('%s comes from the edge, in each encoding as the web process has it', async (target) => {
    for (const encoding of ENCODINGS) {
      const headers = { 'accept-encoding': encoding }
      await keepFor(target, headers)
      const kept = await ask(`${target}?utm_source=mail`, headers)
      const origin = await ask(target, headers, store.url)
      expect(kept).toMatchObject({ status: 200, edge: 'edge; hit' })
      expect(digest(kept)).toBe(digest(origin))
      expect(kept.headers['content-encoding']).toBe(origin.headers['content-encoding'])
      for (const name of ['content-type', 'content-security-policy', 'link', 'etag']) expect(kept.headers[name]).toBe(origin.headers[name])
      expect(kept.headers['set-cookie']).toBeUndefined()
    }
  })

  test('one that nobody has seen yet is asked for once, however many want it at the same moment', async () => {
    const target = '/c/plants/sort-price-high'
    // By nobody who came this way: how long a web process takes to render it is another matter.
    for (const { url } of store.replicas)
      await until('it is ready', async () => (await ask(target, {}, url)).headers['x-nextjs-cache'] === 'HIT')
    let startedAt = 0
    let answers: Answer[] = []
    await until('all of them came before one who waits goes and asks for himself, which is after two seconds', async () => {
      await forget(target)
      startedAt = performance.now()
      answers = await Promise.all(Array.from({ length: 200 }, () => ask(target, { 'accept-encoding': 'br' })))
      return performance.now() - startedAt < 2000
    })
    expect(answers.filter((answer) => answer.edge !== 'edge; hit').map((answer) => answer.edge)).toEqual(['edge; fwd=uri-miss'])
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.toString('base64')}`)).size).toBe(1)
  })

  test('a page and its tree are never one another, whoever comes first', async () => {
    for (const target of ['/p/cordless-mouse', '/c/plants/sort-newest', '/c/shoes/sort-newest']) {
      const questions = Array.from({ length: 40 }, (_, n) => n % 2 === 1)
      await Promise.all(
        questions.map(async (wantsTree) => {
          const answer = await ask(target, wantsTree ? { rsc: '1' } : {})
          expect(answer.status).toBe(200)
          expect(answer.headers['content-type']).toBe(wantsTree ? 'text/x-component' : 'text/html; charset=utf-8')
        }),
      )
    }
  })

  test('a tree is the same wherever somebody comes from, which is why it is kept once', async () => {
    const target = '/p/canvas-high-tops'
    await keepFor(target, { rsc: '1' })
    const own = digest(await ask(target, { rsc: '1' }))
    const tree = encodeURIComponent(JSON.stringify(['', { children: ['(shop)', { children: ['__PAGE__', {}] }] }]))
    for (const from of [{ 'next-url': '/c/shoes' }, { 'next-router-state-tree': tree }, { 'next-router-prefetch': '1' }]) {
      const headers = { ...from, rsc: '1' }
      const { headers: redirect } = await ask(`${target}?_rsc=x`, headers, store.url)
      const origin = await ask(redirect.location ?? '', headers, store.url)
      expect(origin.status).toBe(200)
      expect(digest(origin)).toBe(own)
      expect(await ask(redirect.location ?? '', headers)).toMatchObject({ edge: 'edge; hit' })
    }
  })
})

describe('what is somebody’s own', () => {
  test('two shoppers see the same pages, each their own cart, and nothing of either is kept', async () => {
    await store.merchant.offer(sku('MOUSE'), 50)
    await store.merchant.offer(sku('USBCABLE'), 50)
    const [ann, bob] = [new Shopper(edge.url), new Shopper(edge.url)]
    const carts = [
      { shopper: ann, slug: 'cordless-mouse', email: 'ann.only@example.com', name: 'Ann Onlyhere' },
      { shopper: bob, slug: 'white-usb-cable', email: 'bob.only@example.com', name: 'Bob Onlythere' },
    ]
    const checkouts = await Promise.all(carts.map(({ shopper, slug }) => shopper.buy(slug)))
    for (const target of DISPLAYED) {
      const [hers, his] = [await ann.visit(target), await bob.visit(target)]
      expect(hers.html === his.html, target).toBe(true)
      expect(hers.html === (await ask(target)).body.toString(), target).toBe(true)
    }
    const [hers, his] = [await ann.visit('/cart'), await bob.visit('/cart')]
    expect([hers.text.includes('Cordless mouse'), hers.text.includes('USB cable')]).toEqual([true, false])
    expect([his.text.includes('Cordless mouse'), his.text.includes('USB cable')]).toEqual([false, true])
    const orders = await Promise.all(
      carts.map(({ shopper, email, name }, n) => shopper.place(checkouts[n] as Page, { ...ADDRESS, email, name })),
    )
    const ids = orders.map(orderedOn)
    expect(ids.every((id) => id !== null)).toBe(true)
    for (const [n, { shopper }] of carts.entries()) {
      expect((await shopper.visit(`/orders/${ids[n]}`)).status).toBe(200)
      expect((await shopper.visit(`/orders/${ids[1 - n]}`)).status).toBe(404)
      expect((await shopper.visit(`/api/orders/${ids[1 - n]}`)).status).toBe(404)
    }
    const secrets = [
      ...carts.flatMap(({ shopper, email, name }) => [email, name, shopper.cookie('cart'), shopper.cookie('orders')]),
      ...ids.map(String),
    ].filter((text) => text.length > 4)
    expect(secrets.length).toBeGreaterThanOrEqual(8)
    const kept = keptFiles()
    expect(kept.length).toBeGreaterThan(10)
    for (const secret of secrets)
      expect(
        kept.some((file) => file.includes(secret)),
        secret,
      ).toBe(false)
    expect(kept.some((file) => /\r\nset-cookie:/i.test(file.toString('latin1')))).toBe(false)
  })

  test.each(['/cart', '/checkout', '/orders/00000000-0000-4000-8000-000000000000', '/api/cart', '/api/health/live', '/styleguide'])(
    '%s is asked for each time',
    async (target) => {
      for (let n = 0; n < 2; n += 1) expect((await ask(target, { cookie: `cart=${n}` })).edge).toBe('edge; fwd=bypass')
    },
  )

  test.each(['/p/nothing-of-ours', '/c/nothing-of-ours', '/nothing', '/p/canvas-high-tops/purple', '/%E0%A4%A'])(
    '%s leads nowhere, and is not kept',
    async (target) => {
      const before = keptFiles(['pages']).length
      for (let n = 0; n < 2; n += 1) {
        const { status, edge: said } = await ask(target)
        expect(status).toBeGreaterThanOrEqual(400)
        expect(said).toMatch(/^edge; fwd=/)
      }
      expect(keptFiles(['pages'])).toHaveLength(before)
    },
  )
})

describe('whatever somebody says, the next one gets what everybody gets:', () => {
  const PAGE = '/p/table-tripod'
  let clean: Answer

  beforeAll(async () => {
    await forget(PAGE)
    clean = await ask(PAGE)
    expect(clean).toMatchObject({ status: 200, edge: 'edge; fwd=uri-miss' })
  })

  const seen = ({ status, headers, body }: Answer) => ({
    status,
    body: createHash('sha256').update(body).digest('hex'),
    ...Object.fromEntries(
      ['content-type', 'content-encoding', 'cache-control', 'content-security-policy', 'location', 'set-cookie', 'etag', 'link'].map(
        (name) => [name, headers[name]],
      ),
    ),
  })

  /** First, when nothing is kept, and then in between. */
  async function changesNothing(attack: () => Promise<unknown>): Promise<void> {
    await forget(PAGE)
    // A web process that has not heard of edits for a second lets no edge keep a page for longer than that.
    await until('it is kept', async () => {
      await attack()
      const after = await ask(PAGE)
      expect(seen(after)).toEqual(seen(clean))
      return after.edge === 'edge; hit'
    })
  }

  /** Another spelling gets what a web process says to it. What nginx refuses by itself reaches none. */
  async function answersAsItself(target: string): Promise<void> {
    const [own, origin] = [await ask(target), await ask(target, {}, store.url)]
    if (own.status === 400 || own.status === 414) return
    expect([own.status, own.headers.location, digest(own)]).toEqual([origin.status, origin.headers.location, digest(origin)])
  }

  test.each<[string, Record<string, string>]>([
    ['another host behind ours', { 'x-forwarded-host': 'evil.example', 'x-host': 'evil.example', forwarded: 'host=evil.example' }],
    ['another scheme', { 'x-forwarded-proto': 'http', 'x-forwarded-scheme': 'nothing', 'x-forwarded-port': '1' }],
    ['another address', { 'x-original-url': '/cart', 'x-rewrite-url': '/cart', 'x-invoke-path': '/cart', 'x-matched-path': '/cart' }],
    ['another method', { 'x-http-method-override': 'POST', 'x-method-override': 'DELETE', 'x-http-method': 'HEAD' }],
    ['that the framework is asking itself', { 'x-middleware-subrequest': 'proxy', 'x-nextjs-data': '1', 'x-now-route-matches': '1=a' }],
    ['that he may have it rendered', { 'x-prerender-revalidate': 'x', 'x-prerender-revalidate-if-generated': '1', 'x-refresh': '1' }],
    ['that it is an action', { 'next-action': '00'.repeat(21), 'content-type': 'text/plain' }],
    ['a policy of his', { 'content-security-policy': "script-src 'nonce-evil'", 'x-nonce': 'evil' }],
    ['that he is a crawler', { 'user-agent': 'Mozilla/5.0 (compatible; bingbot/2.0)' }],
    ['what he takes', { accept: 'text/x-component', 'accept-language': 'xx', 'accept-charset': 'utf-16' }],
    ['who he is', { cookie: 'cart=evil; cart_count=99; __prerender_bypass=x', authorization: 'Bearer x' }],
    ['that he wants the tree', { rsc: '1' }],
    ['that he wants the tree, in a way', { rsc: '0', 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/_tree' }],
    ['that he wants a piece of it', { rsc: '1', 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/_tree' }],
    ['that he wants a piece that is not there', { rsc: '1', 'next-router-segment-prefetch': '/evil' }],
    ['a piece of it', { range: 'bytes=5-9' }],
    ['many pieces of it', { range: `bytes=${Array.from({ length: 200 }, (_, n) => `${n}-${n}`).join(',')}` }],
    ['a range that is none', { range: 'bytes=9-5', 'if-range': '"x"' }],
    ['that he has it', { 'if-none-match': '*', 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' }],
    ['that he has another', { 'if-match': '"x"', 'if-unmodified-since': 'Fri, 01 Jan 1999 00:00:00 GMT' }],
    ['not to keep it', { 'cache-control': 'no-cache, no-store', pragma: 'no-cache', 'cdn-cache-control': 'no-store' }],
    ['to hang up or go on', { connection: 'close, cookie, x-forwarded-for', te: 'trailers', expect: '100-continue' }],
    ['an id of his', { 'x-request-id': 'evil-evil-evil', traceparent: '00-0-0-00' }],
    ['a large header', { 'x-large': 'x'.repeat(7000) }],
  ])('%s', async (_, headers) => {
    await changesNothing(() => ask(PAGE, headers))
  })

  test.each([
    ['a question', '?x=1'],
    ['the name of the tree', '?_rsc=evil'],
    ['the name of the tree, and nothing', '?_rsc'],
    ['the framework’s own words', '?__nextDataReq=1&nxtPslug=evil&__nextLocale=xx&__nextDefaultLocale=xx'],
    ['a long question', `?${'x'.repeat(7000)}`],
    ['another slash', '/'],
    ['a slash, spelled', '%2f'],
    ['an end, spelled', '%00'],
    ['a question mark, spelled', '%3fx=1'],
    ['a parameter', ';x=1'],
    ['a dot', '/.'],
    ['a way back', '/../table-tripod'],
    ['a backslash', '\\'],
  ])('%s behind the address', async (_, suffix) => {
    await changesNothing(async () => {
      await answersAsItself(PAGE + suffix)
      await ask(PAGE + suffix, { rsc: '1' })
    })
  })

  test.each([
    '/p/%74able-tripod',
    '//p/table-tripod',
    '/p//table-tripod',
    '/cart/../p/table-tripod',
    '/P/table-tripod',
    '/./p/table-tripod',
  ])('the page by the address %s, which is no page of its own', async (target) => {
    const before = keptFiles(['pages']).length
    await changesNothing(() => ask(target))
    expect(keptFiles(['pages']).length).toBeLessThanOrEqual(before + 1)
  })

  test.each(['HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE', 'PURGE', 'TRACE'])('the method %s', async (method) => {
    await changesNothing(() => ask(PAGE, {}, edge.url, method))
  })

  test('another host', async () => {
    await changesNothing(async () => expect((await ask(PAGE, { host: 'evil.example' })).status).toBe(421))
    await changesNothing(async () => expect((await ask('http://evil.example/p/table-tripod')).status).toBe(200))
  })

  test('a tree with the wrong name, or a piece that is not there, is for who asked', async () => {
    const tree = await ask(PAGE, { rsc: '1' })
    await forget(PAGE)
    await ask(`${PAGE}?_rsc=evil`, { rsc: '1', 'next-router-state-tree': 'evil', 'next-url': '/evil' })
    expect(digest(await ask(PAGE, { rsc: '1' }))).toBe(digest(tree))
  })
})

describe('from disk', () => {
  test('whatever a page asks for comes from the edge itself, as the web process has it', async () => {
    const html = (await ask('/p/canvas-high-tops')).body.toString()
    const files = [...new Set([...html.matchAll(/\/_next\/static\/[^"'\\ ?)]+/g)].map(([file]) => file))]
    expect(files.length).toBeGreaterThan(3)
    for (const file of files) {
      for (const encoding of ENCODINGS) {
        const [own, origin] = [
          await ask(file, { 'accept-encoding': encoding }),
          await ask(file, { 'accept-encoding': encoding }, store.url),
        ]
        expect(own, file).toMatchObject({ status: 200, edge: 'edge; hit; detail=disk' })
        expect(decoded(own) === decoded(origin), file).toBe(true)
        expect(own.headers['content-type']?.split(';')[0], file).toBe(origin.headers['content-type']?.split(';')[0])
        expect(own.headers['cache-control']).toBe('public, max-age=31536000, immutable')
      }
    }
  })

  test('a photograph that is not encoded yet is asked for, and then comes from disk', async () => {
    const html = (await ask('/p/canvas-high-tops')).body.toString()
    const [photo = ''] = /\/media\/[0-9a-f]{16}\/\d+\.avif/.exec(html) ?? []
    expect(await ask(photo)).toMatchObject({ status: 200, edge: 'edge; fwd=uri-miss' })
    const file = path.join(store.env.MEDIA_DIR ?? '', photo.replace('/media/', ''))
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, 'encoded')
    expect(await ask(photo)).toMatchObject({ status: 200, edge: 'edge; hit; detail=disk', body: Buffer.from('encoded') })
  })
})

describe('an edit', () => {
  const PAGE = '/p/table-tripod'
  const forms = [{ 'accept-encoding': 'br' }, { 'accept-encoding': 'gzip' }, {}, { rsc: '1' }] as const
  const shows = async (minor: number, target = PAGE) => {
    const answers = await Promise.all(forms.map((headers) => ask(target, { ...headers })))
    return answers.every((answer) => answer.status === 200 && decoded(answer).includes(inWords(minor)))
  }

  test('shows at the edge, in every form of every page that has it, and what is old does not come back', async () => {
    await Promise.all([PAGE, '/c/cameras'].flatMap((target) => forms.map((headers) => ask(target, { ...headers }))))
    await store.merchant.setPrice(sku('TRIPOD'), 47_11)
    // A web process that nobody has asked since sends its old copy once more.
    for (const { url } of store.replicas)
      await until('the web process has it', async () => decoded(await ask(PAGE, {}, url)).includes(inWords(47_11)))
    for (const target of [PAGE, '/c/cameras']) await until(`${target} has the new price`, () => shows(47_11, target))
    for (let n = 0; n < 50; n += 1) expect(await shows(47_11)).toBe(true)
  })

  test('that withdraws a product shows, and what stands there instead is a page like any other', async () => {
    const target = '/p/white-usb-cable'
    await ask(target)
    await store.merchant.withdraw(sku('USBCABLE'))
    await until('it is gone', async () => (await ask(target)).status === 410)
    await keepFor(target)
    expect((await ask(target)).status).toBe(410)
  })

  test('that was made while nobody told the edge shows once somebody does again', async () => {
    await keepFor(PAGE)
    await edge.follower?.kill('SIGKILL')
    const old = await ask(PAGE)
    await store.merchant.setPrice(sku('TRIPOD'), 48_22)
    for (const { url } of store.replicas)
      await until('the web process has it', async () => decoded(await ask(PAGE, {}, url)).includes(inWords(48_22)))
    expect((await ask(PAGE)).body).toEqual(old.body)
    await edge.follower?.start()
    await until('the edge has it', () => shows(48_22))
  })
})

test('one of two web processes is killed and started again: nobody who looks at pages, stock or a cart sees an error', async () => {
  const [, other] = store.replicas
  const seen: string[] = []
  let goesOn = true
  const look = async (n: number) => {
    const targets = ['/', '/p/canvas-high-tops', `/c/everything/page-2?${n}`, '/cart', '/api/stock?sku=MOUSE', '/styleguide', '/api/cart']
    for (let at = n; goesOn; at += 1) {
      const target = targets[at % targets.length] ?? '/'
      await edge.purge(`doc|identity|${target.split('?')[0]}`)
      seen.push(`${(await ask(target)).status} ${target.split('?')[0]}`)
    }
  }
  const shoppers = Array.from({ length: 6 }, (_, n) => look(n))
  const more = (count: number) => {
    const upTo = seen.length + count
    return until('more was seen', async () => seen.length >= upTo)
  }
  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    await more(60)
    await other?.web.kill(signal)
    await more(60)
    await other?.web.start()
  }
  await more(60)
  goesOn = false
  await Promise.all(shoppers)
  expect(seen.filter((one) => !one.startsWith('200 '))).toEqual([])
})

describe('while every web process is killed', () => {
  test('pages that were seen go on, what is somebody’s own says so, and an order is placed once', async () => {
    await store.merchant.offer(sku('MOUSE'), 50)
    // Or what was edited before would be purged once more while nobody is there to ask.
    await until('the edge is settled', () => isSettled(edge, store))
    for (const target of DISPLAYED) await ask(target)
    const shoppers = await Promise.all(
      Array.from({ length: 15 }, async () => {
        const shopper = new Shopper(edge.url)
        return { shopper, checkout: await shopper.buy('cordless-mouse') }
      }),
    )
    let acknowledged = 0
    const refused: Page[] = []
    const place = async ({ shopper, checkout }: (typeof shoppers)[number]) => {
      let orderId: string | null = null
      await until('an order was taken', async () => {
        const page = await shopper.place(checkout)
        orderId = orderedOn(page)
        if (orderId === null) refused.push(page)
        else acknowledged += 1
        return orderId !== null
      })
      return orderId
    }
    const before = shoppers.slice(0, 8).map(place)
    await until('some orders are acknowledged', async () => acknowledged >= 3)
    await Promise.all(store.replicas.map(({ web }) => web.kill('SIGKILL')))
    const during = shoppers.slice(8).map(place)
    await until('somebody was told that it cannot be now', async () => refused.length > 0)
    for (const target of DISPLAYED) expect((await ask(target)).status, target).toBe(200)
    const away = await ask('/cart')
    expect(away).toMatchObject({ status: 503, headers: { 'cache-control': 'no-store' } })
    expect(away.body.toString()).toContain('trying again is safe')
    expect((await ask('/c/cameras/sort-price-low')).status).toBe(503)
    await Promise.all(store.replicas.map(({ web }) => web.start()))

    const orders = await Promise.all([...before, ...during])
    expect(new Set(orders).size).toBe(15)
    for (const { text } of refused) expect(text).toContain('trying again is safe')
    expect((await ask('/c/cameras/sort-price-low')).status, 'that it was away is not kept').toBe(200)
    expect(await store.violationsAtRest()).toEqual([])
    expect((await store.merchant.orderStates()).size).toBe(17)
  })
})
