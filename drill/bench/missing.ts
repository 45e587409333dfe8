import { variantPath } from '#/domain/variant-path.ts'
import { catalogue } from '#/prisma/catalogue/catalogue.ts'
import { freePort } from '#/scripts/stack/ports.ts'
import { startBenchEdge, untilKept } from './bench-edge.ts'
import { startBenchStore } from './bench-store.ts'
import type { Finding, Measurement } from './measurement.ts'
import { startPlainNext } from './plain-next.ts'
import { answerOf } from './raw-answer.ts'
import { inTurns, spreadOf } from './spread.ts'

const PAGE = '/p/canvas-high-tops'
const KEY = `doc|br|${PAGE}`
const ASKED = { 'accept-encoding': 'br' }
const TIMES = 200
/** Each variant has a page, which no build makes. */
const VARIANTS = catalogue
  .flatMap(({ products }) => products)
  .filter(({ options }) => options.length > 0)
  .flatMap(({ slug, options, variants }) =>
    variants.map(({ choices }) =>
      variantPath(
        slug,
        options,
        options.map(({ name }) => choices[name] ?? ''),
      ),
    ),
  )

/** What the layers cost where they have nothing: a page that the edge has to fetch, and one that nobody has rendered yet. */
export const missing: Measurement = {
  name: 'miss',
  title: 'A page that is not there',
  async run(bench) {
    const store = await startBenchStore(bench.project, bench.say)
    try {
      return [await fetched(), await rendered()]
    } finally {
      await store.stop()
    }

    async function fetched(): Promise<Finding> {
      const edge = await startBenchEdge(store)
      bench.say('the edge gets ready')
      await untilKept(edge, [PAGE], ASKED)
      await edge.follower?.kill()
      bench.say('a page that the edge has to fetch')
      const each = async (url: string, prepare: () => Promise<unknown>) => {
        const times: number[] = []
        for (let n = 0; n < TIMES; n += 1) {
          await prepare()
          times.push(await timeOf(url))
        }
        return spreadOf(times).median
      }
      const compared = await inTurns(
        bench.rounds,
        () => each(store.url + PAGE, async () => {}),
        () =>
          each(edge.url + PAGE, async () => {
            if (!(await edge.purge(KEY))) throw new Error(`the edge had nothing under ${KEY}`)
          }),
      )
      const notes = [
        `the median of ${TIMES}, one after the other; ours: purged before each, so the edge asks the web process, and keeps it`,
      ]
      return { what: 'fetched by the edge, to asking web itself', ...compared, aim: null, unit: 'ms', notes }
    }

    async function rendered(): Promise<Finding> {
      bench.say('pages that nobody has rendered yet')
      const plain = await startPlainNext(bench.project, store, { CACHE_REDIS_URL: `redis://127.0.0.1:${await freePort()}` })
      try {
        for (const url of [store.url, plain.url]) await answerOf(url + PAGE, ASKED)
        const part = Math.floor(VARIANTS.length / bench.rounds)
        const each = async (url: string, round: number) => {
          const times: number[] = []
          for (const path of VARIANTS.slice(round * part, (round + 1) * part)) times.push(await timeOf(url + path))
          return spreadOf(times).median
        }
        // Without a pair to get warm: what is measured is there once.
        const compared = await inTurns(
          bench.rounds,
          (round) => each(plain.url, round),
          (round) => each(store.url, round),
        )
        const notes = [
          `the median of ${part} variants' pages a round; ours: looked for in Redis, locked, rendered, finished, compressed in three ways and shared; the other: the same build by \`next start\`, with Redis away`,
        ]
        return { what: 'rendered for the first time, to next start without Redis', ...compared, aim: null, unit: 'ms', notes }
      } finally {
        await plain.stop()
      }
    }
  },
}

async function timeOf(url: string): Promise<number> {
  const startedAt = performance.now()
  const { status } = await answerOf(url, ASKED)
  if (status !== 200) throw new Error(`${url} was answered ${status}`)
  return performance.now() - startedAt
}
