import { recordingShardOf } from '#/domain/sharding.ts'
import { placeInLegs } from '#/server/inventory/place-in-legs.ts'
import type { DeadLetter } from '#/server/orders/order-book.ts'
import type { PlacedOrder } from '#/server/orders/placed-order.ts'
import { takeInBatch } from '#/server/orders/run-intake.ts'
import { shardKeys } from '#/server/redis/keys.ts'
import { eventually } from './eventually.ts'
import type { TestEngine, Wanted } from './test-engine.ts'

/** Places an order whose record is damaged on its way, in the stream and in what core remembers, and has intake set it aside. */
export async function setAside(
  engine: TestEngine,
  wanted: Wanted,
  damage: (record: string) => string,
  change: Partial<PlacedOrder> = {},
): Promise<DeadLetter> {
  const placing = await engine.placing(wanted, change)
  const { checkoutId } = placing
  const shard = recordingShardOf(checkoutId)
  const { orders, checkout } = shardKeys(shard)
  const record = damage(JSON.stringify(placing.order))
  const placed = await placeInLegs(engine.counters, placing)
  if (placed.code !== 'PLACED') throw new Error(placed.code)
  const entries = await engine.core.redis.xrange(orders, '-', '+')
  const [entryId = '', words = []] = entries.find(([, fields]) => fields.includes(checkoutId)) ?? []
  words[words.indexOf('record') + 1] = record
  await engine.core.redis
    .multi()
    .xdel(orders, entryId)
    .xadd(orders, '*', ...words)
    .hset(checkout(checkoutId), 'record', record)
    .exec()
  return eventually('it is set aside', async () => {
    await takeInBatch(engine, shard, 1)
    return engine.book.deadLetterOf(checkoutId)
  })
}
