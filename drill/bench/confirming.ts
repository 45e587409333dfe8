import type { Placing } from '#/server/inventory/stock-counters.ts'
import { CountingWire } from '../engine/counting-wire.ts'
import { eventually } from '../engine/eventually.ts'
import { type BenchEngine, PLENTY, startBenchEngine } from './bench-engine.ts'
import { BenchWorkers, type Part } from './bench-workers.ts'
import { Child } from './child.ts'
import type { handlers as gatewayHandlers } from './gateway-client.ts'
import type { Bench, Finding, Measurement } from './measurement.ts'
import type { handlers as placeHandlers } from './place-client.ts'
import { number } from './report.ts'
import { compare, spreadOf } from './spread.ts'

const MOST_STATEMENTS = 4
/** As many payments as a worker process has under way at once. */
const GATEWAY_CLIENTS = 20
const PLACE_CLIENTS = 64
/** Fewer tell little: a worker process needs some to get going. */
const LEAST_ORDERS = 200
const LONE_ORDERS = 20
const PATIENCE_MS = 180_000

/** From the placing to CONFIRMED, with workers and the local gateway; what it asks of Postgres, and where the time goes. */
export const confirming: Measurement = {
  name: 'confirming',
  title: 'Orders confirmed end to end, a second',
  async run(bench) {
    const engine = await startBenchEngine()
    const placer = new Child<typeof placeHandlers>('place-client.ts', engine.stack.env)
    const payer = new Child<typeof gatewayHandlers>('gateway-client.ts', engine.stack.env)
    const { wire, url } = await CountingWire.to(engine.stack.postgres.url)
    try {
      const unit = await engine.sell({ stock: PLENTY })
      const given: Given = { bench, engine, placer, payer, placing: await engine.placing([[unit, 1]]) }
      return [await rateOf(given), await statementsOf(given, wire, url)]
    } finally {
      await placer.stop()
      await payer.stop()
      wire.close()
      await engine.stop()
    }
  },
}

type Given = {
  readonly bench: Bench
  readonly engine: BenchEngine
  readonly placer: Child<typeof placeHandlers>
  readonly payer: Child<typeof gatewayHandlers>
  readonly placing: Placing
}

async function rateOf(given: Given): Promise<Finding> {
  const { bench, engine, payer } = given
  const workers = new BenchWorkers(engine.stack, bench.project)
  await workers.start()
  const gateway = { url: engine.stack.gateway.url, key: engine.stack.env.STRIPE_SECRET_KEY ?? '', clients: GATEWAY_CLIENTS }
  const parts: Map<Part, number>[] = []
  let expected = 0
  bench.say('against the gateway alone')
  const compared = await compare(
    bench,
    async (seconds) => (await payer.ask('payFor', { ...gateway, seconds })).perSecond,
    async (seconds) => {
      const orders = Math.max(LEAST_ORDERS, Math.ceil(expected * seconds))
      const before = workers.cpuSeconds()
      expected = await confirm(given, orders)
      parts.push(new Map([...workers.cpuSeconds()].map(([part, spent]) => [part, ((spent - (before.get(part) ?? 0)) / orders) * 1000])))
      return expected
    },
  )
  const steps = await stepsOfLoneOrders(given)
  await workers.stop()
  const medianOf = (part: Part) => number(spreadOf(parts.slice(1).map((spent) => spent.get(part) ?? 0)).median)
  const notes = [
    `floor: what the gateway is asked for an order, create and confirm, ${GATEWAY_CLIENTS} at once, with nothing around it`,
    'ours: all placed at once, until the last is CONFIRMED and its receipt sent; one worker process, fsync everywhere',
    `processor time an order in ms: ${[...(parts[0]?.keys() ?? [])].map((part) => `${part} ${medianOf(part)}`).join(' · ')}`,
    `one order alone, median ms from step to step: ${steps}`,
  ]
  return { what: 'confirmed, against the gateway alone', ...compared, aim: null, unit: 'a second', notes }
}

async function statementsOf(given: Given, wire: CountingWire, url: string): Promise<Finding> {
  const { bench, engine } = given
  bench.say('SQL statements an order')
  const workers = new BenchWorkers(engine.stack, bench.project, { DATABASE_URL: url })
  await workers.start()
  const rounds: Map<string, number>[] = []
  let expected = await confirm(given, LEAST_ORDERS)
  for (let round = 0; round < bench.rounds; round += 1) {
    const orders = Math.max(LEAST_ORDERS, Math.ceil(expected * bench.seconds))
    wire.takeCounts()
    expected = await confirm(given, orders)
    rounds.push(new Map([...wire.takeCounts()].map(([kind, count]) => [kind, count / orders])))
  }
  await workers.stop()
  const sums = rounds.map((counts) => [...counts.values()].reduce((sum, count) => sum + count, 0))
  const kinds = [...(rounds.at(-1) ?? [])].sort(([, a], [, b]) => b - a).filter(([, count]) => count >= 0.05)
  const notes = [
    'counted on the wire between the workers and Postgres, BEGIN and COMMIT included, from the first placing to the last receipt',
    ...kinds.map(([kind, count]) => `${number(count)} × ${kind}`),
  ]
  const aim = { atMost: MOST_STATEMENTS }
  return { what: 'SQL statements an order', ratio: null, figure: spreadOf(sums), floor: null, aim, unit: 'statements', notes }
}

/** Places so many at once and waits until each is confirmed and nothing is left to do. Returns how many were confirmed a second. */
async function confirm({ engine, placer, placing }: Given, orders: number): Promise<number> {
  const since = new Date()
  await placer.ask('placeSoMany', { coreUrl: engine.stack.core.url, clients: PLACE_CLIENTS, placings: [placing], count: orders })
  await eventually(
    'every order is confirmed and nothing is left to do',
    async () => {
      const [row] = await engine.db.$queryRaw<{ done: boolean }[]>`
        SELECT (SELECT count(*) FROM orders WHERE state = 'CONFIRMED' AND mail_due_at IS NULL AND placed_at >= ${since}) = ${orders}
          AND NOT EXISTS (SELECT FROM outbox_messages) AS done`
      return row?.done
    },
    PATIENCE_MS,
  )
  const [row] = await engine.db.$queryRaw<{ seconds: number }[]>`
    SELECT extract(epoch FROM max(e.at) FILTER (WHERE e.state = 'CONFIRMED') - min(o.placed_at))::float8 AS seconds
    FROM orders o JOIN order_events e ON e.order_id = o.id WHERE o.placed_at >= ${since}`
  return orders / (row?.seconds ?? 0)
}

/** Nobody else is there: how long a shopper waits at least, and for what. */
async function stepsOfLoneOrders(given: Given): Promise<string> {
  const { engine, placer, placing } = given
  const since = new Date()
  for (let order = 1; order <= LONE_ORDERS; order += 1) {
    await placer.ask('placeSoMany', { coreUrl: engine.stack.core.url, clients: 1, placings: [placing], count: 1 })
    await eventually(
      'it is confirmed',
      async () => (await engine.db.order.count({ where: { state: 'CONFIRMED', placedAt: { gte: since } } })) === order,
    )
  }
  const steps = await engine.db.$queryRaw<{ state: string; ms: number }[]>`
    SELECT state, percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS ms FROM (
      SELECT e.state::text, e.version, extract(epoch FROM e.at - coalesce(lag(e.at) OVER (PARTITION BY e.order_id ORDER BY e.version), o.placed_at)) * 1000 AS ms
      FROM order_events e JOIN orders o ON o.id = e.order_id WHERE o.placed_at >= ${since}
    ) step GROUP BY state ORDER BY min(version)`
  return steps.map(({ state, ms }) => `${state} ${number(Number(ms))}`).join(' · ')
}
