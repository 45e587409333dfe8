import { shardOfAllowance } from '#/domain/allowance.ts'
import { type CounterKey, isAllowance, shardOfCounter } from '#/domain/counter.ts'
import type { Result } from '#/domain/result.ts'
import { ALL_SHARDS, type Shard, shardOfCode } from '#/domain/sharding.ts'
import type { StockLevel } from '../orders/order-book.ts'
import type { Ports } from '../orders/ports.ts'
import { log } from '../telemetry/log.ts'
import { type Held, readHeld } from './read-held.ts'
import type { Snapshot } from './stock-counters.ts'

type Engine = Pick<Ports, 'counters' | 'book' | 'clock' | 'newId'>

/** Allowances that are read and written at a time. */
const PAGE = 2000

/**
 * Opens every shard whose core is empty, lost or stale, under a new epoch. Returns the shards that it rebuilt. A shard that cannot be
 * opened holds up none of the others; its error is thrown at the end.
 */
export async function openShards(engine: Engine): Promise<Shard[]> {
  const rebuilt: Shard[] = []
  let failure: unknown
  const epochs = await engine.book.epochs()
  for (const shard of ALL_SHARDS) {
    try {
      const carried = need(await engine.counters.epochOf(shard))
      if (carried !== null && carried === epochs.get(shard)) continue
      if (await openShard(engine, shard)) rebuilt.push(shard)
    } catch (error) {
      failure ??= error
    }
  }
  if (failure) throw failure
  return rebuilt
}

async function openShard({ counters, book, clock, newId }: Engine, shard: Shard): Promise<boolean> {
  const epoch = newId()
  let rebuilt = false
  // Under the writer's lock from here: two that open the same shard take turns, and intake stands still.
  await book.rebuild(shard, epoch, clock.now(), async (levels, isRecorded) => {
    if (await isOpen()) return false
    need(await counters.prepare(shard, epoch))
    const held = await readHeld({ counters, book }, shard, isRecorded)
    need(await counters.writeSnapshots(new Map([...levels].map(([unit, level]) => [unit, snapshotOf(held, unit, level)]))))
    await writeAllowances(held)
    const offers = await book.currentOffers([...levels.keys()])
    for (let from = 0; from < offers.length; from += PAGE) {
      // At once, because each waits for the log of core.
      const put = await Promise.all(offers.slice(from, from + PAGE).map((offer) => counters.putOffer(offer)))
      for (const result of put) need(result)
    }
    for (const discount of await book.currentDiscounts('all')) {
      if (shardOfCode(discount.code) === shard) need(await counters.putDiscount(discount))
    }
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

  /** Those that Postgres has, and those that only a waiting record uses so far. */
  async function writeAllowances(held: Held): Promise<void> {
    need(await counters.clearAllowances(shard))
    const fresh = new Set([...held.keys()].filter((key) => isAllowance(key) && shardOfCounter(key) === shard))
    for (let after = ''; ; ) {
      const page = await book.allowances(after, PAGE)
      const own = page.filter(({ key }) => shardOfAllowance(key) === shard)
      for (const { key } of own) fresh.delete(key)
      const levels = own.map(({ key, used, version }) => [key, { onHand: 0, allocated: used, version }] as const)
      need(await counters.writeSnapshots(new Map(levels.map(([key, level]) => [key, snapshotOf(held, key, level)]))))
      const last = page.at(-1)
      if (!last || page.length < PAGE) break
      after = last.key
    }
    const unused = { onHand: 0, allocated: 0, version: 0 }
    need(await counters.writeSnapshots(new Map([...fresh].map((key) => [key, snapshotOf(held, key, unused)]))))
  }
}

function snapshotOf(held: Held, key: CounterKey, { onHand, allocated, version }: StockLevel): Snapshot {
  const reservations = held.get(key) ?? new Map<string, number>()
  const units = [...reservations.values()].reduce((sum, quantity) => sum + quantity, 0)
  return { available: onHand - allocated - units, version, held: reservations }
}

/** Core is away, refuses or was lost meanwhile: whoever opens shards tries again later. */
export class CoreAway extends Error {}

function need<T>(result: Result<T>): T {
  if (!result.ok) throw new CoreAway(result.code)
  return result.value
}
