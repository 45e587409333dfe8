import { catalogue } from '#/prisma/catalogue/catalogue.ts'
import { startBenchEdge, untilKept } from './bench-edge.ts'
import { startBenchStore } from './bench-store.ts'
import { Child } from './child.ts'
import { type Reached, startCountingOrigin } from './counting-origin.ts'
import type { Measurement } from './measurement.ts'
import type { Ask, handlers } from './page-client.ts'
import { number } from './report.ts'
import { spreadOf } from './spread.ts'

const VIEWS_PER_SECOND = 1000
/** As long as an edge keeps a page: each is asked for anew once in it, so that it does not matter where in its life we begin. */
const SECONDS = 300
const CONNECTIONS = 32
/** Of each connection, over and over. */
const VIEWS = 1000
const MINUTE_MS = 60_000

const PRODUCTS = catalogue.flatMap(({ products }) => products)
const PAGES: readonly { readonly path: string; readonly stock: string | null }[] = [
  ...PRODUCTS.map(({ slug, variants }) => ({
    path: `/p/${slug}`,
    stock: `/api/stock?${variants.map(({ sku }) => `sku=${sku}`).join('&')}`,
  })),
  ...['/', ...catalogue.map(({ slug }) => `/c/${slug}`)].map((path) => ({ path, stock: null })),
]
const DOCUMENT = { 'accept-encoding': 'br' }
const TREE = { 'accept-encoding': 'gzip', rsc: '1' }

/** What is left to the origin of what readers ask for: all pages of the shop, a few of them far more often than others. */
export const steady: Measurement = {
  name: 'steady',
  title: 'What reaches the origin',
  async run(bench) {
    const store = await startBenchStore(bench.project, bench.say)
    const client = new Child<typeof handlers>('page-client.ts', process.env as Record<string, string>, bench.profiles)
    const origin = await startCountingOrigin(store.url)
    try {
      const edge = await startBenchEdge(store, [origin.address])
      bench.say('the edge gets ready')
      for (const headers of [DOCUMENT, TREE])
        await untilKept(
          edge,
          PAGES.map(({ path }) => path),
          headers,
        )
      origin.reached.length = 0
      const startedAtMs = performance.now()
      bench.say(`${VIEWS_PER_SECOND} views a second for ${SECONDS} s`)
      const sequences = Array.from({ length: CONNECTIONS }, () => sequenceOf(VIEWS))
      const asksPerView = sequences.flat().length / (CONNECTIONS * VIEWS)
      const visit = { url: edge.url, perSecond: Math.round(asksPerView * VIEWS_PER_SECOND), seconds: SECONDS, sequences }
      const views = (await client.ask('visit', visit)) / asksPerView
      const of = (kind: Reached['kind']) => origin.reached.filter((one) => one.kind === kind)
      const minutes = Array.from({ length: SECONDS / 60 }, (_, minute) => {
        const isIn = ({ atMs }: Reached) => Math.floor((atMs - startedAtMs) / MINUTE_MS) === minute
        return of('page').filter(isIn).length
      })
      const per = (count: number) => spreadOf([(count / views) * 10_000])
      return [
        {
          what: 'questions for pages, per 10,000 views',
          ratio: null,
          aim: { atMost: 10 },
          figure: per(of('page').length),
          floor: null,
          unit: 'requests',
          notes: [
            `${number(views / SECONDS)} views a second for ${SECONDS} s, as long as an edge keeps a page; six of ten whole documents, the rest trees, nothing fetched beforehand, over ${PAGES.length} pages by Zipf's law`,
            `by minute: ${minutes.join(', ')}; each page is asked for once in its ${SECONDS} s however many look at it, so that the figure falls as views rise`,
          ],
        },
        {
          what: 'questions for stock, per 10,000 views',
          ratio: null,
          aim: null,
          figure: per(of('stock').length),
          floor: null,
          unit: 'requests',
          notes: [
            `each view of a product asks for its stock, which the edge keeps for a second: at most one a second for each of ${PRODUCTS.length} products, however many look`,
          ],
        },
      ]
    } finally {
      await client.stop()
      origin.close()
      await store.stop()
    }
  },
}

/** Views in an order of chance, and what each asks for. Of the nth page there are 1/n as many as of the first. */
function sequenceOf(views: number): Ask[] {
  const weights = PAGES.map((_, n) => 1 / (n + 1))
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  return Array.from({ length: views }, (): Ask[] => {
    let left = Math.random() * all
    const seen = PAGES.find((_, n) => {
      left -= weights[n] ?? 0
      return left <= 0
    })
    const { path, stock } = seen ?? PAGES[0] ?? { path: '/', stock: null }
    const page = { path, headers: Math.random() < 0.6 ? DOCUMENT : TREE }
    return stock ? [page, { path: stock, headers: {} }] : [page]
  }).flat()
}
