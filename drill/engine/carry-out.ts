import { ALL_SHARDS, type Shard } from '#/domain/sharding.ts'
import { advanceOrder } from '#/server/orders/advance-order.ts'
import { advanceRefund } from '#/server/orders/advance-refund.ts'
import { deliverToCore, toJob } from '#/server/orders/deliver.ts'
import { type OutboxMessage, TOPIC_LANES } from '#/server/orders/order-book.ts'
import type { Ports } from '#/server/orders/ports.ts'
import { takeInBatch } from '#/server/orders/run-intake.ts'

const MOST_ROUNDS = 200
const BATCH = 500
/** As many as there are connections: on a busy machine more of them would give up waiting for one. */
const AT_ONCE = 10

/**
 * Does what worker processes would do, in this process, until nothing is waiting: intake, movements, payments, refunds. A payment without an
 * answer is left for the next look; mail is let go.
 */
export async function carryOut(ports: Ports): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const recorded = await takeIn(ports)
    let delivered = 0
    for (const lane of ['stock', 'offers', 'orders'] as const) {
      delivered += await ports.book.relay(TOPIC_LANES[lane], BATCH, (messages) => deliverToCore(ports, messages))
    }
    const jobs = (await takeJobs(ports)).map(toJob)
    for (let at = 0; at < jobs.length; at += AT_ONCE) {
      await Promise.all(
        jobs.slice(at, at + AT_ONCE).map((job) => {
          if (job.name === 'order.advance') return advanceOrder(ports, job.payload.orderId)
          return job.name === 'refund.advance' ? advanceRefund(ports, job.payload.refundId) : undefined
        }),
      )
    }
    if (recorded + delivered + jobs.length === 0) return
  }
  throw new Error(`there is still something to do after ${MOST_ROUNDS} rounds`)
}

/** Looks before it waits: Redis lets a wait on an empty stream last a tenth of a second at least. */
async function takeIn(ports: Ports): Promise<number> {
  const taken = await Promise.all(ALL_SHARDS.map((shard) => takeInOf(ports, shard)))
  return taken.reduce((sum, count) => sum + count, 0)
}

async function takeInOf(ports: Ports, shard: Shard): Promise<number> {
  const waiting = await ports.counters.waitingIntake(shard)
  if (waiting.ok && waiting.value.length === 0) return 0
  const taken = await takeInBatch(ports, shard, 1)
  if (!taken.ok) throw new Error(`intake: ${taken.code}`)
  return Object.values(taken.value).reduce((sum, count) => sum + count, 0)
}

async function takeJobs({ book }: Ports): Promise<OutboxMessage[]> {
  const taken: OutboxMessage[] = []
  await book.relay(TOPIC_LANES.queues, BATCH, async (messages) => {
    taken.push(...messages)
    return []
  })
  return taken
}
