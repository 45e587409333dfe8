import { randomUUID } from 'node:crypto'
import hdr from 'hdr-histogram-js'
import { checkoutIdFor } from '#/domain/sharding.ts'
import type { Sku } from '#/domain/sku.ts'
import { RedisStockCounters } from '#/server/inventory/redis-stock-counters.ts'
import type { Placing } from '#/server/inventory/stock-counters.ts'
import { Core } from '#/server/redis/core.ts'
import { serve } from './child.ts'

/** Enough for any round: more would fill core's memory. */
const MOST_PLACINGS = 150_000
const DEADLINE_MS = 10_000

type PlaceFor = { readonly coreUrl: string; readonly clients: number; readonly placings: readonly Placing[]; readonly seconds: number }

const known = new Map<string, RedisStockCounters>()

/** As a web process does: one core for all shoppers. */
function countersAt(coreUrl: string): RedisStockCounters {
  let counters = known.get(coreUrl)
  if (!counters) {
    counters = new RedisStockCounters(new Core(coreUrl, 'bench'), { maxBacklog: 10 * MOST_PLACINGS })
    known.set(coreUrl, counters)
  }
  return counters
}

/** Each client places one new order after the other; all that differs from the given placings is who asks. */
async function placeUntil({ coreUrl, clients, placings }: Omit<PlaceFor, 'seconds'>, isOver: (placed: number) => boolean) {
  const counters = countersAt(coreUrl)
  const histogram = hdr.build({ lowestDiscernibleValue: 1, highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 })
  let sent = 0
  const client = async () => {
    while (!isOver(sent)) {
      const placing = placings[sent % placings.length] as Placing
      sent += 1
      const sentAt = performance.now()
      const answer = await counters.place({
        ...placing,
        checkoutId: checkoutIdFor(placing.order.lines[0]?.sku as Sku, randomUUID),
        reservationId: randomUUID(),
        deadlineMs: Date.now() + DEADLINE_MS,
      })
      if (answer.code !== 'PLACED') throw new Error(`a placing of the bench was answered ${answer.code}`)
      histogram.recordValue(Math.max(1, Math.round((performance.now() - sentAt) * 1000)))
    }
  }
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: clients }, client))
  const took = (performance.now() - startedAt) / 1000
  return {
    placed: sent,
    perSecond: sent / took,
    p50Ms: histogram.getValueAtPercentile(50) / 1000,
    p99Ms: histogram.getValueAtPercentile(99) / 1000,
  }
}

export const handlers = {
  placeFor: ({ seconds, ...asked }: PlaceFor) => {
    const endsAt = performance.now() + seconds * 1000
    return placeUntil(asked, (placed) => placed >= MOST_PLACINGS || performance.now() >= endsAt)
  },
  placeSoMany: ({ count, ...asked }: Omit<PlaceFor, 'seconds'> & { readonly count: number }) =>
    placeUntil(asked, (placed) => placed >= count),
}

serve(handlers)
