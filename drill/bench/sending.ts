import { until } from '../merchant.ts'
import type { handlers as bareHandlers } from './bare-server.ts'
import { type BenchStore, startBenchStore } from './bench-store.ts'
import { Child } from './child.ts'
import type { Bench, Finding, Measurement } from './measurement.ts'
import type { handlers, Load } from './page-client.ts'
import { startPlainNext } from './plain-next.ts'
import { answerOf } from './raw-answer.ts'
import { number } from './report.ts'
import { compare } from './spread.ts'

const PAGES = { product: '/p/canvas-high-tops', category: '/c/shoes' } as const
const WITH_HOLE = '/bench/product'
const ENCODINGS = ['identity', 'gzip', 'br'] as const
const CONNECTIONS = 32

/** How many pages a second one web process sends, beside a bare server that sends the same bytes, plain Next, and a page with a hole. */
export const sending: Measurement = {
  name: 'sending',
  title: 'Finished pages',
  async run(bench) {
    const store = await startBenchStore(bench.project, bench.say)
    const client = new Child<typeof handlers>('page-client.ts', process.env as Record<string, string>, bench.profiles)
    const load = (url: string, encoding: string, seconds: number) =>
      client.ask('load', { url, headers: { 'accept-encoding': encoding }, connections: CONNECTIONS, seconds } satisfies Load)
    try {
      // Workers have nothing to do here and would share a core.
      await store.workers.kill()
      for (const path of Object.values(PAGES)) await until(`${path} is ready`, () => isFinished(store.url + path))
      const findings: Finding[] = []
      for (const [name, path] of Object.entries(PAGES))
        for (const encoding of ENCODINGS) findings.push(await besideBare(bench, store, load, { name, path, encoding }))
      findings.push(...(await besideNext(bench, store, load)))
      return findings
    } finally {
      await client.stop()
      await store.stop()
    }
  },
}

type Loader = (url: string, encoding: string, seconds: number) => Promise<number>

async function besideBare(
  bench: Bench,
  store: BenchStore,
  load: Loader,
  { name, path, encoding }: { name: string; path: string; encoding: string },
): Promise<Finding> {
  bench.say(`${name} page, ${encoding}, beside a bare server`)
  const { headers, body } = await answerOf(store.url + path, { 'accept-encoding': encoding })
  const bare = new Child<typeof bareHandlers>('bare-server.ts', process.env as Record<string, string>)
  try {
    const port = await bare.ask('listen', { headers, body })
    const compared = await compare(
      bench,
      (seconds) => load(`http://127.0.0.1:${port}${path}`, encoding, seconds),
      (seconds) => load(store.url + path, encoding, seconds),
    )
    const notes = [`${body.length} bytes, ${CONNECTIONS} connections; generator and server share the machine`]
    return { what: `${name}, ${encoding}, to bare node:http`, ...compared, aim: { atLeast: 0.5 }, unit: 'pages/s', notes }
  } finally {
    await bare.stop()
  }
}

async function besideNext(bench: Bench, store: BenchStore, load: Loader): Promise<Finding[]> {
  const path = PAGES.product
  bench.say('product page beside next start')
  const plain = await startPlainNext(bench.project, store)
  const findings: Finding[] = []
  try {
    for (const encoding of ['identity', 'gzip']) {
      const compared = await compare(
        bench,
        (seconds) => load(plain.url + path, encoding, seconds),
        (seconds) => load(store.url + path, encoding, seconds),
      )
      findings.push({
        what: `product, ${encoding}, to next start`,
        ...compared,
        aim: null,
        unit: 'pages/s',
        notes: ['the same build, behind no server of ours'],
      })
    }
  } finally {
    await plain.stop()
  }
  bench.say('product page beside one with a hole')
  const compared = await compare(
    bench,
    (seconds) => load(store.url + WITH_HOLE, 'br', seconds),
    (seconds) => load(store.url + path, 'br', seconds),
  )
  const times = number(compared.ratio.median)
  findings.push({
    what: 'product, br, to the same page with a hole',
    ...compared,
    aim: null,
    unit: 'pages/s',
    notes: [`one thing of its own for each request costs a page ${times} times`],
  })
  return findings
}

/** Whether it is sent from the finished pages. */
async function isFinished(url: string): Promise<boolean> {
  const { headers } = await answerOf(url, { 'accept-encoding': 'br' })
  return headers.etag !== undefined && headers['x-nextjs-cache'] === 'HIT'
}
