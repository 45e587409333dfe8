import type { Placing } from '#/server/inventory/stock-counters.ts'
import { type BenchEngine, type Fsync, PLENTY, startBenchEngine } from './bench-engine.ts'
import { Child } from './child.ts'
import { cpuSeconds } from './machine.ts'
import type { Bench, Finding, Measurement, Missing } from './measurement.ts'
import type { handlers } from './place-client.ts'
import { findRedisBenchmark, NO_REDIS_BENCHMARK } from './redis-benchmark.ts'
import { number } from './report.ts'
import { compare, spreadOf } from './spread.ts'

type Client = Child<typeof handlers>

const AGAINST_THE_FLOOR: readonly { clients: number; fsync: Fsync; atLeast: number }[] = [
  { clients: 32, fsync: 'always', atLeast: 0.6 },
  { clients: 256, fsync: 'always', atLeast: 0.9 },
  { clients: 32, fsync: 'everysec', atLeast: 0.6 },
  { clients: 256, fsync: 'everysec', atLeast: 0.9 },
]
const CROWD = { few: 16, many: 1000, atLeast: 0.9 } as const

/** Placing on core, as a web process does it, against the least that a sale could do there; and a crowd against a few. */
export const placing: Measurement = {
  name: 'placing',
  title: 'Placing on core, a second',
  async run(bench) {
    const engine = await startBenchEngine()
    const client: Client = new Child('place-client.ts', engine.stack.env, bench.profiles)
    try {
      const unit = await engine.sell({ stock: PLENTY })
      const order = await engine.placing([[unit, 1]])
      await client.ask('getReady', { placings: [order] })
      return [...(await againstTheFloor(bench, engine, client, order)), ...(await aCrowd(bench, engine, client, order))]
    } finally {
      await client.stop()
      await engine.stop()
    }
  },
}

async function againstTheFloor(bench: Bench, engine: BenchEngine, client: Client, order: Placing): Promise<(Finding | Missing)[]> {
  const what = (clients: number, fsync: Fsync) => `${clients} clients, fsync ${fsync}, against redis-benchmark`
  const benchmark = await findRedisBenchmark(bench.project)
  if (!benchmark) return AGAINST_THE_FLOOR.map(({ clients, fsync }) => ({ what: what(clients, fsync), missing: NO_REDIS_BENCHMARK }))
  const findings: Finding[] = []
  for (const { clients, fsync, atLeast } of AGAINST_THE_FLOOR) {
    bench.say(what(clients, fsync))
    await engine.setFsync(fsync)
    const sha = String(await engine.core.redis.script('LOAD', benchmark.script))
    const waits: string[] = []
    const spent = { floor: [] as number[], core: [] as number[], own: [] as number[] }
    const compared = await compare(
      bench,
      async (seconds) => {
        await engine.clear()
        const before = spentBy(engine, client)
        const { perSecond, scripts } = await benchmark.rate(engine.stack.core.url, sha, clients, seconds)
        spent.floor.push((spentBy(engine, client).core - before.core) / scripts)
        return perSecond
      },
      async (seconds) => {
        await engine.clear()
        const before = spentBy(engine, client)
        const { placed, perSecond, p50Ms, p99Ms } = await placeFor(engine, client, order, clients, seconds)
        const after = spentBy(engine, client)
        spent.core.push((after.core - before.core) / placed)
        spent.own.push((after.own - before.own) / placed)
        waits.push(`${number(p50Ms)}/${number(p99Ms)}`)
        return perSecond
      },
    )
    const [floor, core, own] = [spent.floor, spent.core, spent.own].map((values) => number(spreadOf(values.slice(1)).median))
    const notes = [
      'floor: one decrement-if-available script a request; ours: the whole placing of an order of one line, from one process',
      `processor time in µs, which neighbours disturb less: core ${floor} a script of the floor; core ${core} and our process ${own} a placing`,
      `p50/p99 of a placing in ms, by round: ${waits.slice(1).join(' ')}`,
    ]
    findings.push({ what: what(clients, fsync), ...compared, aim: { atLeast }, unit: 'a second', notes })
  }
  return findings
}

async function aCrowd(bench: Bench, engine: BenchEngine, client: Client, order: Placing): Promise<Finding[]> {
  const what = `${CROWD.many} clients against ${CROWD.few}, fsync always`
  bench.say(what)
  await engine.setFsync('always')
  const rate = (clients: number) => async (seconds: number) => {
    await engine.clear()
    return (await placeFor(engine, client, order, clients, seconds)).perSecond
  }
  const compared = await compare(bench, rate(CROWD.few), rate(CROWD.many))
  return [{ what, ...compared, aim: { atLeast: CROWD.atLeast }, unit: 'a second', notes: ['both ours, in one process'] }]
}

/** Microseconds of processor time so far. */
function spentBy({ stack }: BenchEngine, client: Client): { core: number; own: number } {
  return { core: (cpuSeconds(stack.core.pid() ?? 0) ?? 0) * 1e6, own: (cpuSeconds(client.pid) ?? 0) * 1e6 }
}

async function placeFor(engine: BenchEngine, client: Client, order: Placing, clients: number, seconds: number) {
  return client.ask('placeFor', { coreUrl: engine.stack.core.url, clients, placings: [order], seconds })
}
