import pg from 'pg'
import { ALL_SHARDS } from '#/domain/sharding.ts'
import type { Placing } from '#/server/inventory/stock-counters.ts'
import { Intake } from '#/server/orders/run-intake.ts'
import { type Wired, wirePorts } from '#/server/orders/wire-ports.ts'
import { lineRows, orderRow, unnestInsert } from './bare-orders.ts'
import { serve } from './child.ts'

let wired: Wired[] | undefined
let client: pg.Client | undefined

/** As a worker process does it: a loop a shard, each on connections of its own. */
async function takeIn({ orders }: { orders: number }) {
  wired ??= ALL_SHARDS.map((shard) => wirePorts({ name: `intake-${shard}`, connections: 2 }))
  let allocated = 0
  let batches = 0
  const startedAt = performance.now()
  let endedAt = startedAt
  await Promise.all(
    ALL_SHARDS.map(async (shard, i) => {
      const intake = new Intake(wired?.[i] as Wired, shard)
      while (allocated < orders) {
        const taken = await intake.takeBatch(100)
        if (!taken.ok) throw new Error(`intake: ${taken.code}`)
        allocated += taken.value.allocated
        if (taken.value.allocated > 0) batches += 1
        if (taken.value.rejected + taken.value.buried > 0)
          throw new Error(`intake refused orders of the bench: ${JSON.stringify(taken.value)}`)
        endedAt = performance.now()
      }
    }),
  )
  return { perSecond: allocated / ((endedAt - startedAt) / 1000), batches }
}

/** One writer, one transaction a batch, orders and their lines and nothing else. */
async function insertBare({ url, placings, orders, batch }: { url: string; placings: readonly Placing[]; orders: number; batch: number }) {
  if (!client) {
    client = new pg.Client({ connectionString: url })
    await client.connect()
  }
  const now = new Date()
  const startedAt = performance.now()
  for (let from = 0; from < orders; from += batch) {
    const rows = Array.from({ length: Math.min(batch, orders - from) }, (_, i) => {
      const placing = placings[(from + i) % placings.length] as Placing
      const order = orderRow(placing, now)
      return { order, lines: lineRows(placing, String(order.id)) }
    })
    await client.query('BEGIN')
    await client.query(
      unnestInsert(
        'orders',
        rows.map(({ order }) => order),
      ),
    )
    await client.query(
      unnestInsert(
        'order_lines',
        rows.flatMap(({ lines }) => lines),
      ),
    )
    await client.query('COMMIT')
  }
  return { perSecond: orders / ((performance.now() - startedAt) / 1000) }
}

export const handlers = { takeIn, insertBare }

serve(handlers)
