import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { type EdgeKind, EdgeRig } from './edge-rig.ts'
import { type Answer, answerWith, page } from './stand-in-web.ts'

/**
 * What whoever stands in front of the web processes does, nginx and Varnish alike, seen with web processes that a test tells what to answer.
 * drill/edge.test.ts has the real ones.
 */
describe.each<EdgeKind>(inject('hasVarnish') ? ['nginx', 'varnish'] : ['nginx'])('%s:', (kind) => {
  const rig = new EdgeRig(kind)
  const { webs, asked, answerAll, newPage, ask, speak, until } = rig
  beforeAll(() => rig.start())
  afterAll(() => rig.stop())
  beforeEach(() => rig.prepare())

  describe('a page for everybody', () => {
    test('is asked for once and then sent from the cache, which says so', async () => {
      const target = newPage()
      const first = await ask(target)
      const second = await ask(target)
      expect([first.layers, second.layers]).toEqual(['edge; fwd=uri-miss', 'edge; hit'])
      expect(second.bytes).toEqual(first.bytes)
      expect(asked()).toHaveLength(1)
      // What stands in `s-maxage` is for who can be told of a change. Nobody tells browsers.
      expect(second.headers['cache-control']).toBe('public, max-age=0, must-revalidate')
      expect((await ask(target, { headers: { 'if-none-match': second.headers.etag ?? '' } })).status).toBe(304)
      expect(await ask(target, { method: 'HEAD' })).toMatchObject({ layers: 'edge; hit', text: '', headers: { etag: second.headers.etag } })
      expect(asked()).toHaveLength(1)
    })

    const FOR_CDNS = ['cdn-cache-control', 'surrogate-control', 'x-edge-cache-control']

    test('may be kept for a second by whoever is in front of the edge: nobody tells him of a change', async () => {
      const target = newPage()
      answerAll(answerWith(200, { 'cache-control': 's-maxage=300, stale-if-error=600', 'cdn-cache-control': 'max-age=300' }))
      for (let n = 0; n < 2; n += 1) {
        const { headers } = await ask(target)
        for (const name of FOR_CDNS.slice(0, 2)) expect(headers[name]).toMatch(/^max-age=1, stale-while-revalidate=1,/)
        expect(headers['x-edge-cache-control']).toBe('s-maxage=300, stale-if-error=600')
      }
      for (const [status, life] of [
        [200, 'no-store'],
        [200, 'private, no-cache'],
        [200, 'public, max-age=1, s-maxage=1'],
        [404, 's-maxage=300'],
      ] as const) {
        answerAll(answerWith(status, { 'cache-control': life, 'cdn-cache-control': 'max-age=300' }))
        for (const other of [newPage(), '/cart', '/api/stock?sku=A']) {
          const { headers } = await ask(other)
          expect([life, other, ...FOR_CDNS.map((name) => headers[name])]).toEqual([life, other, undefined, undefined, undefined])
        }
      }
    })

    test('is asked for once, however many want it at the same moment', async () => {
      answerAll((incoming, response, body) => void setTimeout(300).then(() => page(incoming, response, body)))
      let answers: Awaited<ReturnType<typeof ask>>[] = []
      await until('all were answered before one who waits goes and asks for himself, which is after two seconds', async () => {
        for (const web of webs) web.asked.length = 0
        const [target, startedAt] = [newPage(), performance.now()]
        answers = await Promise.all(Array.from({ length: 200 }, (_, n) => ask(`${target}?n=${n}`)))
        return performance.now() - startedAt < 2000
      })
      expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
      expect(asked()).toHaveLength(1)
    })

    test('is sent once more when its time is up, for as long as it allows, and asked for behind that', async () => {
      const target = newPage()
      answerAll((_, response) => {
        response.writeHead(200, { 'cache-control': 's-maxage=1, stale-while-revalidate=60' })
        response.end(randomUUID())
      })
      const first = await ask(target)
      await until('its time is up', async () => (await ask(target)).layers === 'edge; hit; detail=stale')
      await until('it is new', async () => (await ask(target)).text !== first.text)
    })

    test('is sent while no web process can be reached, for as long as it allows and no longer', async () => {
      const [target, other] = [newPage(), newPage()]
      answerAll(answerWith(200, { 'cache-control': 's-maxage=1, stale-if-error=600' }, 'kept'))
      await ask(target)
      answerAll(answerWith(200, { 'cache-control': 's-maxage=1, stale-if-error=3' }, 'kept less long'))
      await ask(other)
      for (const web of webs) await web.kill()
      try {
        await until('its time is up', async () => (await ask(target)).layers !== 'edge; hit')
        expect(await ask(target)).toMatchObject({ status: 200, text: 'kept' })
        await until('the other is over', async () => (await ask(other)).status === 503)
        const away = await ask(other)
        expect(away.text).toContain('trying again is safe')
        expect(away.headers).toMatchObject({ 'cache-control': 'no-store', 'retry-after': '5' })
        expect(await ask(target)).toMatchObject({ status: 200, text: 'kept' })
      } finally {
        for (const web of webs) await web.start()
      }
      answerAll(page)
      await until('it comes from a web process again', async () => (await ask(other)).status === 200)
    })

    test('may be one that says that what was there is gone', async () => {
      const target = newPage()
      answerAll(answerWith(410, { 'cache-control': 's-maxage=300' }, 'gone'))
      for (const layers of ['edge; fwd=uri-miss', 'edge; hit'])
        expect(await ask(target)).toMatchObject({ status: 410, text: 'gone', layers })
    })

    test('stays what it was while web processes answer with errors', async () => {
      const target = newPage()
      answerAll(answerWith(200, { 'cache-control': 's-maxage=1, stale-if-error=600' }, 'good'))
      await ask(target)
      answerAll(answerWith(500, { 'cache-control': 's-maxage=300' }))
      await until('its time is up', async () => (await ask(target)).layers !== 'edge; hit')
      for (let n = 0; n < 5; n += 1) expect(await ask(target)).toMatchObject({ status: 200, text: 'good' })
    })
  })

  describe('in each encoding', () => {
    const bodies = { br: brotliCompressSync('text'), gzip: gzipSync('text'), identity: Buffer.from('text') }
    const encoded: Answer = ({ headers }, response) => {
      const encoding = headers['accept-encoding'] as keyof typeof bodies
      response.writeHead(200, { 'cache-control': 's-maxage=300', ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }) })
      response.end(bodies[encoding])
    }
    test.each([
      [undefined, undefined],
      ['', undefined],
      ['gzip', 'gzip'],
      ['br', 'br'],
      ['gzip, deflate, br, zstd', 'br'],
      ['GZIP', 'gzip'],
      ['br;q=0, gzip', 'gzip'],
      ['br;q=0.000, gzip;q=0.5', 'gzip'],
      ['br; q=0.1', 'br'],
      ['gzip;q=0', undefined],
      ['xbr, notgzip', undefined],
      ['identity', undefined],
    ])('Accept-Encoding %j gets %s', async (accepted, expected) => {
      answerAll(encoded)
      const headers: Record<string, string> = accepted === undefined ? {} : { 'accept-encoding': accepted }
      const answer = await ask('/p/encoded', { headers })
      expect(answer.headers['content-encoding']).toBe(expected)
      expect(answer.bytes).toEqual(bodies[(expected ?? 'identity') as keyof typeof bodies])
    })

    test('three bodies were asked for, whatever was accepted', async () => {
      answerAll(encoded)
      const target = newPage()
      for (const accepted of ['br', 'gzip, br', 'gzip', 'gzip;q=1', 'identity', 'zstd', 'br;q=0'])
        await ask(target, { headers: { 'accept-encoding': accepted } })
      expect(
        asked()
          .map(({ headers }) => headers['accept-encoding'])
          .sort(),
      ).toEqual(['br', 'gzip', 'identity'])
    })
  })

  describe('nothing is kept of', () => {
    test.each([
      ['an error', answerWith(500, { 'cache-control': 's-maxage=300' })],
      ['an address that leads nowhere', answerWith(404, { 'cache-control': 's-maxage=300' })],
      ['a redirect', answerWith(307, { 'cache-control': 's-maxage=300', location: '/' })],
      ['an answer with a cookie', answerWith(200, { 'cache-control': 's-maxage=300', 'set-cookie': 'cart=1' })],
      ['an answer that says so', answerWith(200, { 'cache-control': 'private, no-store' })],
      ['an answer that does not say', answerWith(200)],
    ])('%s', async (_, answer) => {
      const target = newPage()
      answerAll(answer)
      await ask(target)
      await ask(target)
      expect(asked().length).toBeGreaterThanOrEqual(2)
    })

    test.each(['/cart', '/checkout', '/orders/1', '/api/orders/1', '/api/cart', '/styleguide'])('%s', async (target) => {
      answerAll(answerWith(200, { 'cache-control': 's-maxage=300' }))
      for (let n = 0; n < 2; n += 1) expect((await ask(target, { headers: { cookie: `cart=${n}` } })).layers).toBe('edge; fwd=bypass')
      expect(
        asked()
          .map(({ headers }) => headers.cookie)
          .sort(),
      ).toEqual(['cart=0', 'cart=1'])
    })

    test('a form, which is not even sent to a page', async () => {
      answerAll(answerWith(200, { 'cache-control': 's-maxage=300' }))
      for (let n = 0; n < 2; n += 1) await ask('/cart/lines', { method: 'POST', body: `n=${n}` })
      expect(
        asked()
          .map(({ body }) => body)
          .sort(),
      ).toEqual(['n=0', 'n=1'])
      expect((await ask('/p/page', { method: 'POST', body: 'x' })).status).toBe(405)
      expect((await ask('/cart', { method: 'PURGE' })).status).toBe(405)
      expect(asked()).toHaveLength(2)
    })
  })

  test('of what somebody says of himself nothing goes up with a question for a page', async () => {
    const target = newPage()
    await ask(`${target}?a=1`, {
      headers: {
        cookie: 'cart=secret',
        'user-agent': 'bingbot',
        'x-forwarded-host': 'evil.example',
        'x-prerender-revalidate': 'x',
        'content-security-policy': "script-src 'nonce-x'",
        'next-action': 'x',
        rsc: '0',
        'next-router-state-tree': 'x',
        range: 'bytes=0-1',
      },
    })
    const [{ url, headers } = { url: '', headers: {} }] = asked()
    expect(url).toBe(target)
    // Varnish says where it has been.
    const own = kind === 'varnish' ? ['via', 'x-encoding', 'x-forwarded-for', 'x-varnish', 'connection'] : []
    expect(
      Object.keys(headers)
        .filter((name) => !own.includes(name))
        .sort(),
    ).toEqual(['accept', 'accept-encoding', 'host', 'x-request-id'])
    expect(headers.host).toBe('shop.example')
  })

  test('nor a body', async () => {
    const target = newPage()
    for (const asking of [target, '/api/stock?sku=A', ...(kind === 'nginx' ? ['/media/0123456789abcdef/96.avif'] : [])])
      await speak(`GET ${asking} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 4\r\n\r\nevil`)
    expect(asked().length).toBeGreaterThanOrEqual(2)
    for (const { body, headers } of asked()) expect([body, headers['content-length']]).toEqual(['', undefined])
  })

  test('a tree is asked for without the hash of what came with its question, and a piece of it with that', async () => {
    const target = newPage()
    await ask(`${target}?a=1&_rsc=h4sh`, { headers: { rsc: '1', 'next-router-state-tree': 'x', 'next-url': '/' } })
    await ask(`${target}?_rsc=h4sh`, { headers: { rsc: '1', 'next-router-segment-prefetch': '/_tree' } })
    const urls = asked().map(({ url }) => url)
    expect(urls.sort()).toEqual([`${target}?_rsc=`, `${target}?_rsc=h4sh`])
  })

  test('the id of a request goes up with it and comes back, unless it is no id', async () => {
    const id = 'abc-123.DEF_456'
    const said = await ask('/cart', { headers: { 'x-request-id': id } })
    expect([said.headers['x-request-id'], asked()[0]?.headers['x-request-id']]).toEqual([id, id])
    for (const bad of ['short', 'with spaces in it', 'x'.repeat(65), '"quoted"-and-more']) {
      const { headers } = await ask('/cart', { headers: { 'x-request-id': bad } })
      expect(headers['x-request-id']).toMatch(/^(?=.*\d)[0-9a-z-]{16,64}$/)
      expect(headers['x-request-id']).not.toBe(bad)
    }
    const target = newPage()
    const [first, second] = [await ask(target), await ask(target)]
    expect(first.headers['x-request-id']).not.toBe(second.headers['x-request-id'])
  })

  test('who calls the shop by another name is told that it is not here', async () => {
    for (const host of ['[::1]', '[::1]:8080', 'LOCALHOST:80']) expect((await ask('/cart', { headers: { host } })).status).toBe(200)
    rig.forget()
    for (const host of ['evil.example', 'localhost.evil.example', 'shop.example:80', '127x0x0x1', '1']) {
      expect((await ask('/', { headers: { host } })).status).toBe(421)
    }
    expect(await speak('GET http://evil.example/cart HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1.1 421/,
    )
    expect(asked()).toEqual([])
  })

  describe('with two web processes', () => {
    test('one that is killed is not seen by who asks for a page, a stock or a cart', async () => {
      const [web] = webs
      let goesOn = true
      const statuses: number[] = []
      const shopper = async () => {
        for (let n = 0; goesOn; n += 1) {
          for (const target of [newPage(), '/cart', `/api/stock?sku=${n}`]) statuses.push((await ask(target)).status)
        }
      }
      answerAll((incoming, response, body) => void setTimeout(5).then(() => page(incoming, response, body)))
      const shoppers = Array.from({ length: 10 }, shopper)
      for (let round = 0; round < 3; round += 1) {
        const before = statuses.length
        await until('some were answered', async () => statuses.length > before + 50)
        await web?.kill()
        const during = statuses.length
        await until('more were answered', async () => statuses.length > during + 50)
        await web?.start()
      }
      goesOn = false
      await Promise.all(shoppers)
      expect(new Set(statuses)).toEqual(new Set([200]))
    })

    test('one that hangs is left, after a while, for the other one', async () => {
      const [web] = webs
      if (web) web.answer = () => {}
      await until('it was asked', async () => {
        expect(await ask(newPage())).toMatchObject({ status: 200 })
        return web !== undefined && web.asked.length > 0
      })
    })

    test('an order is sent to one of them, once at most, also when it ends while it answers', async () => {
      for (const answer of [answerWith(503), (_, response) => void response.destroy()] satisfies Answer[]) {
        rig.forget()
        answerAll(answer)
        expect((await ask('/checkout', { method: 'POST', body: 'order' })).status).toBe(503)
        // Varnish may take a connection that is gone by then, and does not try another one for what is placed.
        expect(asked().length).toBeLessThanOrEqual(1)
        if (kind === 'nginx') expect(asked()).toHaveLength(1)
      }
    })

    test('connections to them are kept', async () => {
      const ports = new Set<number | undefined>()
      answerAll((incoming, response) => {
        ports.add(incoming.socket.remotePort)
        response.end('x')
      })
      for (let n = 0; n < 40; n += 1) await ask('/cart')
      expect(ports.size).toBeLessThanOrEqual(8)
    })
  })
})

describe.runIf(inject('hasVarnish'))('Varnish', () => {
  const rig = new EdgeRig('varnish')
  beforeAll(() => rig.start())
  afterAll(() => rig.stop())

  test('forgets what carries a tag when it is told so by who knows the word, and nothing else', async () => {
    const tagged = (tags: string) => answerWith(200, { 'cache-control': 's-maxage=300', 'cache-tag': tags }, randomUUID())
    const kept = new Map<string, string>()
    for (const tags of ['catalogue,product:A', 'product:B,prices', 'product:AB', 'product:A,prices']) {
      rig.answerAll(tagged(tags))
      const target = rig.newPage()
      kept.set(target, (await rig.ask(target)).text)
    }
    rig.answerAll(answerWith(200, {}, 'another'))
    const texts = async () =>
      Promise.all([...kept].map(async ([target, text]) => ((await rig.ask(target)).text === text ? 'kept' : 'gone')))
    expect(await rig.varnish.ban('product:A|credits', 'not the word at all')).toBe(403)
    expect(await texts()).toEqual(['kept', 'kept', 'kept', 'kept'])
    expect(await rig.varnish.ban('product:A|credits')).toBe(200)
    expect(await texts()).toEqual(['gone', 'kept', 'kept', 'gone'])
    expect(await rig.varnish.ban('*')).toBe(200)
    expect(await texts()).toEqual(['gone', 'gone', 'gone', 'gone'])
  })
})
