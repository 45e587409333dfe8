import { ALL_SHARDS, type Shard } from '#/domain/sharding.ts'
import type { StockCounters } from './stock-counters.ts'

/** Legs that a round looks at on each shard. */
const BATCH = 200

/**
 * Ends the legs that whoever placed them left behind: a process died, a reply was lost. Each attempt is voided where it would have been
 * recorded, or found there, before its leg gives anything back. Returns how many it ended; what cannot be reached waits for the next round.
 */
export async function sweepLegs(counters: Pick<StockCounters, 'overdueLegs' | 'voidAttempt' | 'endLeg'>): Promise<number> {
  const ended = await Promise.all(ALL_SHARDS.map((shard) => sweepShard(counters, shard)))
  return ended.reduce((sum, count) => sum + count, 0)
}

async function sweepShard(counters: Parameters<typeof sweepLegs>[0], shard: Shard): Promise<number> {
  const overdue = await counters.overdueLegs(shard, BATCH)
  if (!overdue.ok) return 0
  let ended = 0
  for (const leg of overdue.value) {
    const voided = await counters.voidAttempt(leg)
    if (!voided.ok) continue
    if ((await counters.endLeg(leg, voided.value === 'VOIDED')).ok) ended += 1
  }
  return ended
}
