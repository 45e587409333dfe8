import { log } from '../telemetry/log.ts'
import { legOf, partsOf } from './parts.ts'
import type { Part, PlaceAnswer, Placing, StockCounters } from './stock-counters.ts'

type Counters = Pick<StockCounters, 'place' | 'claim' | 'takeLeg' | 'voidAttempt' | 'endLeg'>

/**
 * Places an order wherever its stock is. Within one shard that is one step. Across shards the attempt is claimed where it will be recorded,
 * takes its legs in shard order, and is recorded last. Where it fails, it is voided there first, and only then do its legs give back what
 * they took; a leg whose fate is unknown gives nothing back here: `sweepLegs` finds it after the deadline.
 */
export async function placeInLegs(counters: Counters, placing: Placing): Promise<PlaceAnswer> {
  const { legs } = partsOf(placing)
  if (legs.length === 0) return counters.place(placing)
  const claimed = await counters.claim(placing)
  if (claimed.code !== 'CLAIMED') return claimed

  const taken: Part[] = []
  for (const leg of legs) {
    const answer = await counters.takeLeg(placing, leg)
    if (answer.code !== 'PLACED') return giveUp(answer)
    taken.push(leg)
  }
  const answer = await counters.place(placing)
  switch (answer.code) {
    case 'UNKNOWN':
      return answer
    case 'PLACED':
      await endLegs(false)
      return answer
    case 'VOIDED':
      // Whoever voided it took it for dead: it was too slow.
      await endLegs(true)
      return { code: 'TOO_LATE' }
    default:
      return giveUp(answer)
  }

  async function giveUp(answer: PlaceAnswer): Promise<PlaceAnswer> {
    const voided = await counters.voidAttempt(placing)
    if (!voided.ok) return { code: 'UNKNOWN' }
    if (voided.value === 'RECORDED') throw new Error(`attempt ${placing.reservationId} was refused and is recorded`)
    await endLegs(true)
    return answer.code === 'UNKNOWN' ? { code: 'NOT_READY' } : answer
  }

  /** What cannot be ended now is ended by the sweep. */
  async function endLegs(giveBack: boolean): Promise<void> {
    const ended = await Promise.all(taken.map((leg) => counters.endLeg(legOf(placing, leg), giveBack)))
    const left = ended.filter((result) => !result.ok).length
    if (left > 0) log.warn({ checkoutId: placing.checkoutId, left }, 'legs of a placing are left to the sweep')
  }
}
