import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SITEMAP_MAX_URLS, sitemapIndex, sitemapsOf } from '#/domain/sitemap.ts'
import { StandIn } from '#/scripts/stack/stand-in-web.ts'
import { MOST_PAGES } from './gather.ts'
import type { Place } from './place.ts'
import { type Prewarming, prewarm } from './prewarm.ts'
import type { LayerName, Report } from './report.ts'

/** Walks of a web process, or an edge, that a test tells what to answer. */
let web: StandIn
beforeEach(async () => {
  web = new StandIn()
  await web.start()
})
afterEach(() => web.kill())

const PHOTOGRAPH = '/media/0123456789abcdef/544.avif'
const SCRIPT = '/_next/static/chunks/page.js'
const TREE = { 'content-type': 'text/x-component', 'x-nextjs-cache': 'HIT' }
const FOR_EVER = 'public, max-age=31536000, immutable'
const origin = () => `http://127.0.0.1:${web.port}`

const place = (more: Partial<Place> = {}): Place => ({
  origin: origin(),
  publicOrigin: 'https://shop.example',
  mustBeEdge: false,
  token: null,
  ...more,
})

function walk(more: Partial<Prewarming> = {}) {
  const patience = { requestMs: 10_000, standstillMs: 600, settleMs: 0 }
  const signal = new AbortController().signal
  return prewarm({ places: [place()], known: [], atOnce: 4, totalMs: 60_000, signal, patience, ...more })
}

async function reportOf(more: Partial<Prewarming> = {}): Promise<Report> {
  const walked = await walk(more)
  if (!walked.ok) throw new Error(walked.code)
  return walked.value
}

const layerOf = ({ layers }: Report, layer: LayerName) => layers.find((one) => one.layer === layer)
const missesOf = (report: Report, layer: LayerName) => layerOf(report, layer)?.now.misses.map(({ path, said }) => `${path}: ${said}`) ?? []
const askedFor = () => web.asked.map(({ url }) => url)

type Page = (response: ServerResponse, request: IncomingMessage) => void

/** A shop of these pages, each kept in memory unless it says otherwise. */
function shopOf(pages: Record<string, Page | undefined>, urls = Object.keys(pages).map((path) => `https://shop.example${path}`)): void {
  const [sitemap = ''] = sitemapsOf(urls.map((url) => ({ url, changedAtMs: 0 })))
  web.answer = (request, response) => {
    const path = request.url?.split('?')[0] ?? ''
    if (path === '/sitemap.xml') response.end(sitemap)
    else if (path.startsWith('/media/'))
      response.writeHead(200, { 'cache-control': FOR_EVER, 'cache-status': 'edge; hit; detail=disk' }).end('photograph')
    else if (path.startsWith('/_next/'))
      response.writeHead(200, { 'cache-control': FOR_EVER, 'cache-status': 'edge; hit; detail=disk' }).end('script')
    else if (!(path in pages)) response.writeHead(404).end('nothing')
    else if (request.headers.rsc) response.writeHead(200, TREE).end('tree')
    else (pages[path] ?? kept())(response, request)
  }
}

function kept(said = 'saleday; hit; detail=memory', html = `<img srcset="${PHOTOGRAPH} 544w"><script src="${SCRIPT}"></script>`): Page {
  return (response) => response.writeHead(200, { 'content-type': 'text/html', 'cache-status': said }).end(html)
}

describe('what is asked for', () => {
  test('each page of the sitemap and its parts, its tree and its photographs, once to warm and once to look', async () => {
    shopOf({ '/': undefined, '/p/mouse': undefined, '/p/tent': undefined })
    const shop = web.answer
    const part = (path: string) => sitemapsOf([{ url: `https://shop.example${path}`, changedAtMs: 0 }])[0]
    web.answer = (request, response, body) => {
      if (request.url === '/sitemap.xml') response.end(sitemapIndex(['https://shop.example/sitemap/1', 'https://shop.example/sitemap/2']))
      else if (request.url?.startsWith('/sitemap/')) response.end(part(request.url.endsWith('1') ? '/p/mouse' : '/p/tent'))
      else shop(request, response, body)
    }
    const report = await reportOf()
    expect(report.paths).toEqual(['/p/tent', '/p/mouse', '/'])
    expect(report.problems).toEqual([])
    const counts = Object.groupBy(askedFor(), (url) => url)
    for (const url of ['/p/mouse', '/p/mouse?_rsc=', '/p/tent', '/p/tent?_rsc=', PHOTOGRAPH]) expect(counts[url], url).toHaveLength(2)
    expect(web.asked.filter(({ url }) => url === PHOTOGRAPH).map(({ method }) => method)).toEqual(['GET', 'HEAD'])
    expect(layerOf(report, 'photographs')?.now).toMatchObject({ asked: 1, hits: 1 })
  })

  test('sales that the front page leads to, and their products, though no sitemap names them, and after all else: what is asked for last stays longest', async () => {
    const link = (path: string) => kept(undefined, `<a href="${path}">x</a>`)
    shopOf({ '/': link('/sale/day'), '/c/all': undefined, '/sale/day': link('/p/mouse'), '/p/mouse': undefined }, [
      'https://shop.example/c/all',
    ])
    const { paths, ofSales } = await reportOf()
    expect(paths).toEqual(['/c/all', '/p/mouse', '/sale/day', '/'])
    expect(ofSales).toEqual(['/sale/day', '/p/mouse'])
    const asked = askedFor().filter((url) => paths.includes(url))
    expect(asked.slice(-paths.length), 'looked at').toEqual(paths)
  })

  test('no more pages than a web process has room for, the most wanted of them; what is left is counted', async () => {
    const products = Array.from({ length: MOST_PAGES }, (_, n) => `/p/${n}`)
    shopOf(Object.fromEntries(['/', '/p/of-the-sale', ...products].map((path) => [path, undefined])))
    const { paths, beyond } = await reportOf({ known: ['/p/of-the-sale'] })
    expect(paths).toHaveLength(MOST_PAGES)
    expect(paths.slice(-3)).toEqual(['/p/0', '/p/of-the-sale', '/'])
    expect(beyond).toEqual({ pages: 2, parts: 0 })
  })

  test('a sitemap as long as the protocol lets one be; parts that are not needed are not read', async () => {
    const name = 'a-product-with-a-name-of-some-length-'.padEnd(80, 'x')
    const urls = Array.from({ length: SITEMAP_MAX_URLS }, (_, n) => `https://shop.example/p/${name}${n}`)
    const [part = ''] = sitemapsOf(urls.map((url) => ({ url, changedAtMs: 0 })))
    web.answer = ({ url }, response) => {
      if (url === '/sitemap.xml') response.end(sitemapIndex(['https://shop.example/sitemap/1', 'https://shop.example/sitemap/2']))
      else if (url === '/sitemap/1') response.end(part)
      else response.writeHead(404).end('nothing')
    }
    const { listed, paths, beyond } = await reportOf()
    expect({ listed, walked: paths.length }).toEqual({ listed: SITEMAP_MAX_URLS, walked: MOST_PAGES })
    expect(beyond).toEqual({ pages: SITEMAP_MAX_URLS + 1 - MOST_PAGES, parts: 1 })
    expect(askedFor()).not.toContain('/sitemap/2')
  })

  test('nothing of another origin, however it is named, and no redirect is followed', async () => {
    const elsewhere = new StandIn()
    await elsewhere.start()
    const evil = `http://127.0.0.1:${elsewhere.port}`
    shopOf(
      {
        '/': kept(
          undefined,
          `<img src="${evil}${PHOTOGRAPH}"><a href="${evil}/p/mouse">x</a><a href="//127.0.0.1:${elsewhere.port}/p/x">x</a>`,
        ),
        '/p/moved': (response) => response.writeHead(307, { location: `${evil}/p/moved` }).end(),
      },
      ['https://shop.example/', 'https://shop.example/p/moved', `${evil}/p/mouse`, `https://shop.example@127.0.0.1:${elsewhere.port}/`],
    )
    const report = await reportOf()
    expect(report.foreign).toEqual({ count: 2, such: `${evil}/p/mouse` })
    expect(missesOf(report, 'memory')).toEqual([`/p/moved: it answers 307, to ${evil}/p/moved`])
    expect(elsewhere.asked).toEqual([])
    await elsewhere.kill()
  })

  test('what is asked goes under the name that shoppers call the shop by', async () => {
    shopOf({ '/': undefined })
    await reportOf()
    expect(new Set(web.asked.map(({ headers }) => headers.host))).toEqual(new Set(['shop.example']))
  })

  test('no more than so many at a time', async () => {
    shopOf(Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`/p/${n}`, undefined])))
    const shop = web.answer
    let underWay = 0
    let most = 0
    web.answer = (request, response, body) => {
      underWay += 1
      most = Math.max(most, underWay)
      response.on('finish', () => {
        underWay -= 1
      })
      setImmediate(() => shop(request, response, body))
    }
    await reportOf({ atOnce: 3 })
    expect(most).toBe(3)
  })

  test('the word of our own processes is shown to those that are known to be ours, and to nobody else', async () => {
    shopOf({ '/': undefined })
    await reportOf()
    expect(web.asked.some(({ url, headers }) => url === '/api/cache' || headers.authorization)).toBe(false)
    await reportOf({ places: [place({ token: 'word' })] })
    expect(web.asked.filter(({ headers }) => headers.authorization === 'Bearer word').every(({ url }) => url === '/api/cache')).toBe(true)
    expect(askedFor()).toContain('/api/cache')
  })
})

describe('what comes of it', () => {
  test('a page that is old is asked for until it was rendered anew, and the first answer is told as it was', async () => {
    let asked = 0
    shopOf({
      '/': (response, request) => {
        asked += 1
        kept(asked > 3 ? undefined : 'saleday; fwd=stale')(response, request)
      },
    })
    const report = await reportOf({ patience: { requestMs: 10_000, standstillMs: 10_000, settleMs: 0 } })
    expect(report.cold).toEqual([])
    expect(layerOf(report, 'memory')).toMatchObject({ first: { asked: 2, hits: 1 }, now: { asked: 2, hits: 2 } })
  })

  test.each([404, 500, 503])('a page that answers %i is a miss, and named; too many of them make the layer cold', async (status) => {
    const failing: Page = (response) => response.writeHead(status, { 'cache-status': 'saleday; hit' }).end()
    shopOf({ '/': undefined, '/p/broken': failing })
    const report = await reportOf()
    expect(missesOf(report, 'memory')).toEqual([`/p/broken: it answers ${status}`])
    expect(report.cold.map(({ layer }) => layer)).toEqual(['memory'])
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`/p/${n}`, undefined]))
    shopOf({ '/': undefined, ...many, '/p/broken': failing })
    const mostly = await reportOf()
    expect(missesOf(mostly, 'memory')).toEqual([`/p/broken: it answers ${status}`])
    expect(mostly.cold).toEqual([])
  })

  test('one that never ends, one that never answers and one that is cut off are misses, and hold up nothing', async () => {
    const chunk = Buffer.alloc(1024 * 1024)
    const pour = (response: ServerResponse): void => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once('drain', () => pour(response))
    }
    shopOf({
      '/': undefined,
      '/p/endless': (response) => pour(response.writeHead(200, { 'content-type': 'text/html', 'cache-status': 'saleday; hit' })),
      '/p/silent': () => {},
      '/p/cut': (response) => void response.writeHead(200, { 'content-length': '100' }).write('x', () => response.destroy()),
    })
    const misses = missesOf(await reportOf({ patience: { requestMs: 1000, standstillMs: 600, settleMs: 0 } }), 'memory')
    expect(misses.filter((one) => !one.startsWith('/: ')).toSorted()).toEqual([
      expect.stringMatching('^/p/cut: (ECONNRESET|the connection was closed)$'),
      '/p/endless: it is more than 8 MB',
      '/p/silent: nothing whole came within 1 s',
    ])
  })

  test('one that asks for another protocol in place of an answer is a miss, and ends', async () => {
    shopOf({ '/': undefined, '/p/other': (response) => void response.writeHead(101, { connection: 'Upgrade', upgrade: 'other' }).end() })
    expect(missesOf(await reportOf(), 'memory')).toEqual(['/p/other: the connection was closed'])
  })

  test("a sale's page that is not there is a problem, though the layer has enough of the whole shop", async () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`/p/${n}`, undefined]))
    shopOf({ '/': undefined, ...many })
    const report = await reportOf({ known: ['/sale/day', '/p/1'] })
    expect(report.cold).toEqual([])
    expect(report.problems).toEqual([`of sales ${origin()} lacks /sale/day (it answers 404)`])
  })

  test('a sitemap of another address, and pages without a script, are problems', async () => {
    shopOf({ '/': kept(undefined, 'not of this shop') }, ['https://other.example/'])
    const { cold, problems } = await reportOf()
    expect(cold).toEqual([])
    expect(problems).toEqual([expect.stringContaining('names no page of this address'), expect.stringContaining('name no script')])
  })

  test('what an edge may keep for a second only is not kept', async () => {
    shopOf({
      '/': (response) =>
        response
          .writeHead(200, {
            'content-type': 'text/html',
            'cache-status': 'saleday; fwd=stale, edge; hit',
            'cdn-cache-control': 'max-age=1',
          })
          .end('page'),
    })
    const report = await reportOf()
    expect(report.cold.map(({ layer }) => layer)).toEqual(['edge'])
    expect(new Set(missesOf(report, 'edge'))).toEqual(
      new Set(['/: it is kept for a second only: the web process does not call it current']),
    )
  })

  test('a web process that never gets ready leaves others their share of the time', async () => {
    const other = new StandIn()
    await other.start()
    shopOf({ '/': kept() })
    other.answer = web.answer
    shopOf({ '/': kept('saleday; fwd=stale') })
    const places = [place(), place({ origin: `http://127.0.0.1:${other.port}` })]
    const report = await reportOf({ places, totalMs: 6000, patience: { requestMs: 10_000, standstillMs: 60_000, settleMs: 0 } })
    expect(report.layers.filter(({ layer }) => layer === 'memory').map(({ first }) => first.misses.map(({ said }) => said))).toEqual([
      ['saleday; fwd=stale'],
      [],
    ])
    await other.kill()
  })

  test('one that answers, and has no sitemap, keeps nobody from walking what another names', async () => {
    const other = new StandIn()
    await other.start()
    shopOf({ '/': undefined })
    other.answer = web.answer
    web.answer = (_, response) => void response.writeHead(503).end()
    const report = await reportOf({ places: [place(), place({ origin: `http://127.0.0.1:${other.port}` })] })
    expect(report.cold).toMatchObject([{ layer: 'memory', origin: origin() }])
    expect(report.paths).toEqual(['/'])
    await other.kill()
  })

  test('an edge is held to be one: what comes from a web process is a miss, though it is in its memory', async () => {
    shopOf({ '/': undefined })
    const { cold, layers } = await reportOf({ places: [place({ mustBeEdge: true })] })
    expect(cold.map(({ layer }) => layer)).toEqual(['edge'])
    expect(layers.find(({ layer }) => layer === 'edge')?.now).toMatchObject({ asked: 3, hits: 0 })
  })

  test('an edge that keeps pages and no trees is not held to what it does not do', async () => {
    shopOf({ '/': kept('saleday; hit, edge; hit') })
    const report = await reportOf()
    expect(report.cold).toEqual([])
    expect(layerOf(report, 'edge')?.now).toMatchObject({ asked: 3, hits: 3 })
    expect(layerOf(report, 'trees')).toMatchObject({ now: { hits: 0 }, excused: expect.any(String) })
  })

  describe('an edge that is emptied', () => {
    let missing = 0
    let steps: string[]
    beforeEach(() => {
      missing = 0
      steps = []
      shopOf({
        '/': (response, request) => {
          missing -= 1
          kept(missing < 0 ? 'edge; hit' : 'edge; fwd=uri-miss')(response, request)
        },
      })
      const shop = web.answer
      web.answer = (request, response, body) => {
        if (request.headers.rsc) response.writeHead(200, { ...TREE, 'cache-status': 'edge; hit' }).end('tree')
        else shop(request, response, body)
      }
    })

    /** Walks, and loses what the edge has when this step is first heard of. */
    function walkAndLose(atStep: string) {
      const onProgress = (step: string) => {
        if (step.startsWith(atStep) && !steps.some((one) => one.startsWith(atStep))) missing = 3
        if (steps.at(-1) !== step) steps.push(step)
      }
      return reportOf({ atOnce: 1, onProgress, patience: { requestMs: 10_000, standstillMs: 600, settleMs: 2000 } })
    }

    const [warming, again, looking] = ['Warming', 'again', 'Looking once more']
    const inShort = () => steps.map((step) => (step.endsWith(again) ? again : step.startsWith(warming) ? warming : step.split(' ')[0]))

    test('by an edit before the walk is walked when it has dropped what was old', async () => {
      const report = await walkAndLose('Letting the edge drop')
      expect(inShort()).toEqual(['Letting', warming, 'Photographs', 'Looking'])
      expect(layerOf(report, 'edge')).toMatchObject({ first: { asked: 3, hits: 0 }, now: { asked: 3, hits: 3 } })
    })

    test('while it is looked at is filled, and looked at, again', async () => {
      const report = await walkAndLose(looking)
      expect(inShort()).toEqual(['Letting', warming, 'Photographs', 'Looking', again, 'Looking'])
      expect(layerOf(report, 'edge')).toMatchObject({ first: { asked: 3, hits: 3 }, now: { asked: 3, hits: 3 } })
    })
  })

  test('a place that does not answer is as cold as can be, and the others are walked', async () => {
    shopOf({ '/': undefined })
    const away = { ...place(), origin: 'http://127.0.0.1:9' }
    const report = await reportOf({ places: [place(), away] })
    expect(report.cold).toMatchObject([{ layer: 'memory', origin: away.origin, now: { hits: 0 } }])
    expect(report.layers.find(({ origin: own }) => own === origin())?.now).toMatchObject({ hits: 2 })
  })

  test('where nobody answers, or there is no sitemap, that is the outcome', async () => {
    expect(await walk({ places: [{ ...place(), origin: 'http://127.0.0.1:9' }] })).toMatchObject({ code: 'NOT_REACHED' })
    web.answer = (_, response) => void response.writeHead(500).end()
    expect(await walk()).toMatchObject({ code: 'NO_SITEMAP', why: 'it answers 500' })
    web.answer = (_, response) => void response.end('<html>')
    expect(await walk()).toMatchObject({ code: 'NO_SITEMAP', why: 'it is no sitemap' })
  })

  test('who is told to stop stops in the middle, and leaves nothing under way', async () => {
    const stopping = new AbortController()
    const left = Promise.withResolvers<void>()
    shopOf({
      '/': undefined,
      '/p/silent': (response) => {
        response.on('close', () => left.resolve())
        stopping.abort()
      },
    })
    await expect(walk({ signal: stopping.signal, patience: { requestMs: 60_000, standstillMs: 60_000, settleMs: 0 } })).rejects.toThrow(
      'aborted',
    )
    await left.promise
  })

  test('when the time for all of it is over, what was not asked is a miss that says so', async () => {
    shopOf({ '/': undefined })
    expect(missesOf(await reportOf({ totalMs: 0 }), 'memory')).toContain('/: it was not asked: the time for all of this was over')
  })
})
