import { z } from 'zod'
import type { CounterKey } from '#/domain/counter.ts'
import type { Shard } from '#/domain/sharding.ts'
import { isSku } from '#/domain/sku.ts'
import { log } from '../telemetry/log.ts'
import type { Leg } from './stock-counters.ts'

const counterSchema = z.string().refine((text): text is CounterKey => isSku(text) || /^(sku|code):/.test(text))
const legSchema = z
  .object({ c: z.string(), r: z.string(), k: z.array(counterSchema) })
  .transform(({ c, r, k }) => ({ checkoutId: c, reservationId: r, counters: k }))

/** None where the entry cannot be read, which holds up none of the others. */
export function readLeg(shard: Shard, entry: string): Leg[] {
  try {
    return [{ shard, ...legSchema.parse(JSON.parse(entry)) }]
  } catch (error) {
    log.error({ shard, entry, err: error }, 'a leg that was left behind cannot be read')
    return []
  }
}

/** A leg as it stands in core: the same leg is always the same text. */
export function legEntry({ checkoutId, reservationId, counters }: Leg): string {
  return JSON.stringify({ c: checkoutId, r: reservationId, k: counters })
}
