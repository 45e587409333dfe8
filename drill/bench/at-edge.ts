import { startBenchEdge, untilKept } from './bench-edge.ts'
import { startBenchStore } from './bench-store.ts'
import { startFileServer } from './file-server.ts'
import { cpuSeconds } from './machine.ts'
import type { Bench, Finding, Measurement } from './measurement.ts'
import { answerOf } from './raw-answer.ts'
import { number } from './report.ts'
import { compare, spreadOf } from './spread.ts'
import { findWrk, NO_WRK, type Wrk, wholeSeconds } from './wrk.ts'

const PAGE = '/p/canvas-high-tops'
const ASKED = { 'accept-encoding': 'br' }
const CONNECTIONS = 64

const WHATS = {
  edge: 'through the edge, to nginx sending a file',
  open: 'through the edge, to the same with the file kept open',
  web: 'from one web process, to nginx sending a file',
} as const

/** How many product pages a second the edge sends, and a web process alone, beside an nginx that sends the same bytes as a file. */
export const atEdge: Measurement = {
  name: 'edge',
  title: 'A product page at the edge',
  async run(bench) {
    const whats = Object.values(WHATS)
    const wrk = await findWrk(bench.project)
    if (!wrk) return whats.map((what) => ({ what, missing: NO_WRK }))
    const store = await startBenchStore(bench.project, bench.say)
    try {
      const edge = await startBenchEdge(store)
      bench.say('the edge gets ready')
      await untilKept(edge, [PAGE], ASKED)
      // Nobody else has anything to do here, and would share a core.
      await store.workers.kill()
      await edge.follower?.kill()
      const { headers, body } = await answerOf(edge.url + PAGE, ASKED)
      const file = await startFileServer(store, bench.project, { headers, body })
      const open = await startFileServer(store, bench.project, { headers, body }, { keepsOpen: true })
      const note = `${body.length} bytes in brotli, ${CONNECTIONS} connections, wrk on the same cores`
      const [atEdge, atWeb] = [
        { url: edge.url + PAGE, pid: edge.pid() },
        { url: store.url + PAGE, pid: store.web.pid() },
      ]
      return [
        await beside(bench, wrk, { what: WHATS.edge, floor: serverOf(file), ours: atEdge, atLeast: 0.9, note }),
        await beside(bench, wrk, { what: WHATS.open, floor: serverOf(open), ours: atEdge, atLeast: null, note }),
        await beside(bench, wrk, { what: WHATS.web, floor: serverOf(file), ours: atWeb, atLeast: null, note }),
      ]
    } finally {
      await store.stop()
    }
  },
}

type Server = { readonly url: string; readonly pid: number | null }
const serverOf = ({ url, pid }: { readonly url: string; pid(): number | null }): Server => ({ url, pid: pid() })

type Pair = { readonly what: string; readonly floor: Server; readonly ours: Server; readonly atLeast: number | null; readonly note: string }

async function beside(bench: Bench, wrk: Wrk, { what, floor, ours, atLeast, note }: Pair): Promise<Finding> {
  bench.say(what)
  const spent = { floor: [] as number[], ours: [] as number[] }
  const load =
    (side: keyof typeof spent, { url, pid }: Server) =>
    async (seconds: number) => {
      const before = cpuSeconds(pid ?? 0)
      const perSecond = await wrk.rate(url, ASKED, CONNECTIONS, seconds)
      const after = cpuSeconds(pid ?? 0)
      if (before !== null && after !== null) spent[side].push(((after - before) * 1e6) / (perSecond * wholeSeconds(seconds)))
      return perSecond
    }
  const compared = await compare(bench, load('floor', floor), load('ours', ours))
  return { what, ...compared, aim: atLeast === null ? null : { atLeast }, unit: 'pages/s', notes: [note, ...costs(spent)] }
}

/** What a page costs whoever sends it: two processes that have a core each may send equally many. Nothing where the system does not tell. */
function costs(spent: { readonly floor: readonly number[]; readonly ours: readonly number[] }): string[] {
  // Without the first, short ones.
  const [floor, ours] = [spent.floor.slice(1), spent.ours.slice(1)].map((values) => (values.length > 0 ? spreadOf(values).median : null))
  if (!floor || !ours) return []
  return [
    `processor time in µs a page, which neighbours disturb less: ${number(ours)}, the file ${number(floor)}; by that the ratio is ${number(floor / ours)}`,
  ]
}
