import type { Result } from '#/domain/result.ts'
import { ALL_SHARDS, type Shard, shardOf, shardOfCode } from '#/domain/sharding.ts'
import { type Sku, sku } from '#/domain/sku.ts'
import type { IsRecorded } from '../orders/order-book.ts'
import { placedOrderSchema } from '../orders/placed-order.ts'
import type { Ports } from '../orders/ports.ts'
import { log } from '../telemetry/log.ts'
import type { IntakeEntry } from './stock-counters.ts'

type Engine = Pick<Ports, 'counters' | 'book' | 'clock' | 'newId'>

/** Opens every shard whose core is empty, lost or stale, under a new epoch. Returns the shards that it rebuilt. */
export async function openShards(engine: Engine): Promise<Shard[]> {
  const rebuilt: Shard[] = []
  for (const shard of ALL_SHARDS) if (await openShard(engine, shard)) rebuilt.push(shard)
  return rebuilt
}

async function openShard({ counters, book, clock, newId }: Engine, shard: Shard): Promise<boolean> {
  if (await isOpen()) return false
  const epoch = newId()
  let rebuilt = false
  // Under the writer's lock from here: two that open the same shard take turns, and intake stands still.
  await book.rebuild(shard, epoch, clock.now(), async (levels, isRecorded) => {
    if (await isOpen()) return false
    need(await counters.prepare(shard, epoch))
    const held = await readHeld(shard, isRecorded)
    for (const [unit, { onHand, allocated, version }] of levels) {
      const reservations = held.get(unit) ?? new Map<string, number>()
      const units = [...reservations.values()].reduce((sum, quantity) => sum + quantity, 0)
      need(await counters.writeSnapshot(unit, { available: onHand - allocated - units, version, held: reservations }))
    }
    for (const offer of await book.currentOffers([...levels.keys()])) need(await counters.putOffer(offer))
    for (const discount of await book.currentDiscounts('all'))
      if (shardOfCode(discount.code) === shard) need(await counters.putDiscount(discount))
    // Before the epoch commits: dying in between leaves core with an epoch that Postgres does not know, which is built anew.
    need(await counters.open(shard, epoch))
    rebuilt = true
    return true
  })
  if (rebuilt) log.warn({ shard, epoch }, 'shard of core rebuilt from Postgres and opened')
  return rebuilt

  async function isOpen(): Promise<boolean> {
    const carried = need(await counters.epochOf(shard))
    return carried !== null && carried === (await book.epochOf(shard))
  }

  /** What the records that still wait for intake hold, by SKU and reservation. */
  async function readHeld(of: Shard, isRecorded: IsRecorded): Promise<Map<Sku, Map<string, number>>> {
    const waiting = need(await counters.waitingIntake(of))
    const recorded = await isRecorded(waiting)
    const held = new Map<Sku, Map<string, number>>()
    for (const entry of waiting) {
      if (recorded.has(entry.reservationId)) continue
      for (const { unit, quantity } of linesOf(entry)) {
        if (shardOf(unit) !== of) continue
        const reservations = held.get(unit) ?? new Map<string, number>()
        held.set(unit, reservations.set(entry.reservationId, quantity))
      }
    }
    return held
  }
}

/** A damaged record holds nothing: intake sets it aside. */
function linesOf(entry: IntakeEntry): { unit: Sku; quantity: number }[] {
  try {
    return placedOrderSchema.parse(JSON.parse(entry.record)).lines.map((line) => ({ unit: sku(line.sku), quantity: line.quantity }))
  } catch {
    return []
  }
}

/** Core is away, refuses or was lost meanwhile: whoever opens shards tries again later. */
export class CoreAway extends Error {}

function need<T>(result: Result<T>): T {
  if (!result.ok) throw new CoreAway(result.code)
  return result.value
}
