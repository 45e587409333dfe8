import { startBenchEdge, untilKept } from './bench-edge.ts'
import { startBenchStore } from './bench-store.ts'
import { startFileServer } from './file-server.ts'
import { cpuSeconds } from './machine.ts'
import type { Bench, Finding, Measurement } from './measurement.ts'
import { answerOf } from './raw-answer.ts'
import { number } from './report.ts'
import { compare, spreadOf } from './spread.ts'
import { findWrk, NO_WRK, type Wrk } from './wrk.ts'

const PAGE = '/p/canvas-high-tops'
const ASKED = { 'accept-encoding': 'br' }
const CONNECTIONS = 64

/** How many product pages a second the edge sends, and a web process alone, beside an nginx that sends the same bytes as a file. */
export const atEdge: Measurement = {
  name: 'edge',
  title: 'A product page at the edge',
  async run(bench) {
    const whats = ['through the edge, to nginx sending a file', 'from one web process, to nginx sending a file']
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
      const floor = { url: file.url, pid: file.pid() }
      const note = `${body.length} bytes in brotli, ${CONNECTIONS} connections, wrk on the same cores`
      return [
        await beside(bench, wrk, { what: whats[0] ?? '', floor, ours: { url: edge.url + PAGE, pid: edge.pid() }, atLeast: 0.9, note }),
        await beside(bench, wrk, {
          what: whats[1] ?? '',
          floor,
          ours: { url: store.url + PAGE, pid: store.web.pid() },
          atLeast: null,
          note,
        }),
      ]
    } finally {
      await store.stop()
    }
  },
}

type Server = { readonly url: string; readonly pid: number | null }
type Pair = { readonly what: string; readonly floor: Server; readonly ours: Server; readonly atLeast: number | null; readonly note: string }

async function beside(bench: Bench, wrk: Wrk, { what, floor, ours, atLeast, note }: Pair): Promise<Finding> {
  bench.say(what)
  const spent = { floor: [] as number[], ours: [] as number[] }
  const load =
    (side: keyof typeof spent, { url, pid }: Server) =>
    async (seconds: number) => {
      const before = cpuSeconds(pid ?? 0)
      const perSecond = await wrk.rate(url, ASKED, CONNECTIONS, seconds)
      spent[side].push((((cpuSeconds(pid ?? 0) ?? 0) - (before ?? 0)) * 1e6) / (perSecond * Math.max(1, Math.round(seconds))))
      return perSecond
    }
  const compared = await compare(bench, load('floor', floor), load('ours', ours))
  const micros = (values: readonly number[]) => number(spreadOf(values.slice(1)).median)
  return {
    what,
    ...compared,
    aim: atLeast === null ? null : { atLeast },
    unit: 'pages/s',
    notes: [note, `processor time in µs a page, which neighbours disturb less: ${micros(spent.ours)}, the file ${micros(spent.floor)}`],
  }
}
