import fs from 'node:fs'
import path from 'node:path'
import type { Placing } from '#/server/inventory/stock-counters.ts'
import { orderTransaction } from './bare-orders.ts'
import { type BenchEngine, PLENTY, startBenchEngine } from './bench-engine.ts'
import { Child } from './child.ts'
import type { handlers as intakeHandlers } from './intake-client.ts'
import { cpuSeconds } from './machine.ts'
import type { Bench, Finding, Measurement, Missing } from './measurement.ts'
import { findPgbench, NO_PGBENCH, runPgbench } from './pgbench.ts'
import type { handlers as placeHandlers } from './place-client.ts'
import { number } from './report.ts'
import { compare, spreadOf } from './spread.ts'

const MOST_SKUS = 100
const AGAINST_PGBENCH = [
  { skus: 1, atLeast: 15 },
  { skus: MOST_SKUS, atLeast: 6 },
] as const
const BARE_AT_LEAST = 0.5

const PGBENCH_CLIENTS = 32
const BARE_BATCH = 500
const PLACE_CLIENTS = 256
/** Orders that wait for a first look at how fast intake is, and at most. */
const FIRST_ORDERS = 3000
const MOST_ORDERS = 100_000

/** Taking placed orders into Postgres, against a transaction an order and against the bare insert of the same rows. */
export const intake: Measurement = {
  name: 'intake',
  title: 'Orders inserted and allocated, a second',
  async run(bench) {
    const engine = await startBenchEngine()
    const placer = new Child<typeof placeHandlers>('place-client.ts', engine.stack.env)
    const writer = new Child<typeof intakeHandlers>('intake-client.ts', engine.stack.env, bench.profiles)
    try {
      const placings: Placing[] = []
      for (let item = 0; item < MOST_SKUS; item += 1) placings.push(await engine.placing([[await engine.sell({ stock: PLENTY }), 1]]))
      return await measure(bench, engine, placings, placer, writer)
    } finally {
      await placer.stop()
      await writer.stop()
      await engine.stop()
    }
  },
}

async function measure(
  bench: Bench,
  engine: BenchEngine,
  placings: readonly Placing[],
  placer: Child<typeof placeHandlers>,
  writer: Child<typeof intakeHandlers>,
): Promise<(Finding | Missing)[]> {
  const { url } = engine.stack.postgres
  let expected = 0
  const batches: number[] = []
  const spent: Spent[] = []
  /** Orders wait in the stream before the clock starts, so that nobody places while intake works. */
  const takeIn = (skus: number) => async (seconds: number) => {
    await engine.clear()
    const orders = expected === 0 ? FIRST_ORDERS : Math.min(MOST_ORDERS, Math.ceil(expected * seconds))
    await placer.ask('placeSoMany', {
      coreUrl: engine.stack.core.url,
      clients: PLACE_CLIENTS,
      placings: placings.slice(0, skus),
      count: orders,
    })
    const before = spentBy(engine, writer)
    const taken = await writer.ask('takeIn', { orders })
    const after = spentBy(engine, writer)
    spent.push({ own: (after.own - before.own) / orders, postgres: (after.postgres - before.postgres) / orders })
    expected = taken.perSecond
    batches.push(Math.round(orders / taken.batches))
    return taken.perSecond
  }
  const ours = 'ours: one worker process takes what waits in the stream, with totals checked, movements, events and messages'
  const perBatch = () => `orders a batch, by round: ${batches.splice(0).slice(1).join(' ')}`
  const times = (seen: Spent[]) => {
    const rounds = seen.splice(0).slice(1)
    return `our process ${number(spreadOf(rounds.map(({ own }) => own)).median)} and Postgres ${number(spreadOf(rounds.map(({ postgres }) => postgres)).median)}`
  }
  const perOrder = () => `processor time in µs an order, which neighbours disturb less: ${times(spent)}`

  const findings: (Finding | Missing)[] = []
  const pgbench = findPgbench(process.env.PATH ?? '')
  const script = path.join(engine.stack.folder, 'order.sql')
  fs.writeFileSync(script, orderTransaction(placings[0] as Placing, 'ITEM'))
  for (const { skus, atLeast } of AGAINST_PGBENCH) {
    const what = `${skus} SKU${skus > 1 ? 's' : ''}, against pgbench`
    bench.say(what)
    if (!pgbench) {
      findings.push({ what, missing: NO_PGBENCH })
      continue
    }
    const transactions = async (seconds: number) => {
      await engine.clear()
      return runPgbench(pgbench, { url: new URL(url), script, clients: PGBENCH_CLIENTS, seconds, variables: { items: skus } })
    }
    const compared = await compare(bench, transactions, takeIn(skus))
    const floor = `floor: ${PGBENCH_CLIENTS} clients, each order a transaction that inserts it and its line into the same tables and takes the unit`
    findings.push({ what, ...compared, aim: { atLeast }, unit: 'a second', notes: [floor, ours, perBatch(), perOrder()] })
  }

  const what = `${MOST_SKUS} SKUs, against the bare insert`
  bench.say(what)
  const bareSpent: Spent[] = []
  const bare = async (seconds: number) => {
    await engine.clear()
    const orders = expected === 0 ? FIRST_ORDERS : Math.min(MOST_ORDERS, Math.ceil(expected * seconds))
    const before = spentBy(engine, writer)
    const { perSecond } = await writer.ask('insertBare', { url, placings, orders, batch: BARE_BATCH })
    const after = spentBy(engine, writer)
    bareSpent.push({ own: (after.own - before.own) / orders, postgres: (after.postgres - before.postgres) / orders })
    return perSecond
  }
  const compared = await compare(bench, bare, takeIn(MOST_SKUS))
  const floor = `floor: one writer, batches of ${BARE_BATCH} by unnest, the same orders and lines into the same tables and nothing else`
  findings.push({
    what,
    ...compared,
    aim: { atLeast: BARE_AT_LEAST },
    unit: 'a second',
    notes: [floor, ours, perBatch(), `${perOrder()}; of the floor ${times(bareSpent)}`],
  })
  return findings
}

type Spent = { readonly own: number; readonly postgres: number }

/** Microseconds of processor time so far. */
function spentBy({ stack }: BenchEngine, writer: Child<typeof intakeHandlers>): Spent {
  return { own: (cpuSeconds(writer.pid) ?? 0) * 1e6, postgres: (cpuSeconds(stack.postgres.pid() ?? 0) ?? 0) * 1e6 }
}
