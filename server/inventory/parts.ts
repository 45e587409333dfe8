import { shardOfAllowance } from '#/domain/allowance.ts'
import type { CounterKey } from '#/domain/counter.ts'
import { recordingShardOf, type Shard, shardOf, shardOfCode } from '#/domain/sharding.ts'
import type { Attempt, Leg, Part, Placing } from './stock-counters.ts'

/**
 * A placing by shards: the part of the shard that records it, named by the checkout's id, and the parts of all others in shard order. The
 * recording part is taken last, also where it holds none of the stock.
 */
export function partsOf({ checkoutId, order, allowances }: Pick<Placing, 'checkoutId' | 'order' | 'allowances'>): {
  recording: Part
  legs: Part[]
} {
  const recordingShard = recordingShardOf(checkoutId)
  const shards = new Set<Shard>([recordingShard])
  for (const line of order.lines) shards.add(shardOf(line.sku))
  for (const { key } of allowances) shards.add(shardOfAllowance(key))
  if (order.code !== null) shards.add(shardOfCode(order.code))
  const [recording, ...legs] = [recordingShard, ...[...shards].filter((shard) => shard !== recordingShard).sort((a, b) => a - b)].map(
    (shard): Part => ({
      shard,
      lines: order.lines.filter((line) => shardOf(line.sku) === shard),
      allowances: allowances.filter(({ key }) => shardOfAllowance(key) === shard),
      hasCode: order.code !== null && shardOfCode(order.code) === shard,
    }),
  )
  return { recording: recording as Part, legs }
}

/** What an attempt takes of a shard that does not record it. */
export function legOf({ checkoutId, reservationId }: Attempt, part: Part): Leg {
  const counters: CounterKey[] = [...part.lines.map((line) => line.sku), ...part.allowances.map(({ key }) => key)]
  return { checkoutId, reservationId, shard: part.shard, counters }
}
