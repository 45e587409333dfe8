import type { Shard } from '#/domain/sharding.ts'
import { CoreAway, openShards } from '../inventory/open-shards.ts'
import { type Answer, answer, counted, EXIT, ONLY_ASKED } from './answer.ts'
import type { Operator } from './operator.ts'
import { needCore, ServerAway } from './server-away.ts'

/** Measured with 20,000 SKUs on a busy machine of two cores. */
const SKUS_A_SECOND = 3000
const LEAST_MS = 500

/** Fences shards and has the engine fill them from Postgres under a new epoch, as it does with a core that was lost. */
export async function answerRebuild(operator: Operator, shards: readonly Shard[], yes: boolean): Promise<Answer> {
  const { counters, clock, db } = operator
  const skus = await db.stock.count()
  const waiting: number[] = []
  for (const shard of shards) waiting.push(needCore(await counters.waitingIntake(shard)).length)
  const which = shards.length === 1 ? `shard ${shards[0]}` : `all ${shards.length} shards`
  const plan = [
    `Rebuilding ${which} of core:`,
    '  fences it: placing answers "not right now", carts are kept, everything else goes on',
    `  sets each SKU to what Postgres has, less what ${counted(
      waiting.reduce((sum, count) => sum + count, 0),
      'waiting record',
    )} and open dead letters hold`,
    `  opens it under a new epoch, in about ${LEAST_MS + Math.ceil((1000 * skus) / SKUS_A_SECOND)} ms a shard; placings that were under way are refused and may be pressed again`,
  ]
  if (!yes) return answer(EXIT.fine, [...plan, '', ONLY_ASKED], { shards, dryRun: true })
  const startedAt = clock.now()
  for (const shard of shards) needCore(await counters.fence(shard))
  await open(operator)
  const closed: Shard[] = []
  for (const shard of shards) {
    const epoch = needCore(await counters.epochOf(shard))
    if (epoch === null || epoch !== (await operator.book.epochOf(shard))) closed.push(shard)
  }
  const tookMs = clock.now() - startedAt
  if (closed.length > 0) {
    const still = `Shard ${closed.join(', ')} is still closed: somebody else holds it. Workers open it within seconds; look with: npm run stock -- reconcile`
    return answer(EXIT.trouble, [...plan, '', still], { shards, closed, tookMs })
  }
  return answer(EXIT.fine, [...plan, '', `Done: open again after ${tookMs} ms.`], { shards, closed, tookMs })
}

/** Workers may be faster: then there is nothing left to open. */
async function open(operator: Operator): Promise<void> {
  try {
    await openShards(operator)
  } catch (error) {
    if (error instanceof CoreAway) throw new ServerAway('Redis core', 'it went away meanwhile; workers open its shards once it is back')
    throw error
  }
}
