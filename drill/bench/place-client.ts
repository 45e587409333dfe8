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
async function placeUntil(
  { coreUrl, clients, placings, ids }: Omit<PlaceFor, 'seconds'> & { readonly ids: readonly string[] },
  isOver: () => boolean,
) {
  const counters = countersAt(coreUrl)
  const histogram = hdr.build({ lowestDiscernibleValue: 1, highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 })
  let sent = 0
  const client = async () => {
    while (sent < ids.length && !isOver()) {
      const placing = placings[sent % placings.length] as Placing
      const checkoutId = ids[sent] as string
      sent += 1
      const sentAt = performance.now()
      const answer = await counters.place({ ...placing, checkoutId, reservationId: randomUUID(), deadlineMs: Date.now() + DEADLINE_MS })
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

/** Before the clock starts: the store mints a checkout's id with the first thing in the cart, long before it is placed. */
function mintIds(placings: readonly Placing[], count: number): string[] {
  return Array.from({ length: count }, (_, n) => checkoutIdFor(placings[n % placings.length]?.order.lines[0]?.sku as Sku, randomUUID))
}

/** Minting costs more than placing does, so it is done once: between two rounds, core is emptied. */
let kept: readonly string[] = []

export const handlers = {
  getReady: async ({ placings }: { placings: readonly Placing[] }) => {
    kept = mintIds(placings, MOST_PLACINGS)
  },
  placeFor: ({ seconds, ...asked }: PlaceFor) => {
    const endsAt = performance.now() + seconds * 1000
    return placeUntil({ ...asked, ids: kept }, () => performance.now() >= endsAt)
  },
  placeSoMany: ({ count, ...asked }: Omit<PlaceFor, 'seconds'> & { readonly count: number }) =>
    placeUntil({ ...asked, ids: mintIds(asked.placings, count) }, () => false),
}

serve(handlers)
