import { type CounterKey, shardOfCounter } from '#/domain/counter.ts'
import { type Failure, fail, ok, type Result } from '#/domain/result.ts'
import { sku } from '#/domain/sku.ts'
import { unreachable } from '#/domain/unreachable.ts'
import { catchUpCounters } from '../orders/catch-up-counters.ts'
import type { Ports } from '../orders/ports.ts'
import type { CoreFailure } from '../redis/core.ts'
import { codeKey, counterKeys, shardKeys, skuKeys } from '../redis/keys.ts'
import { scripts } from '../redis/scripts.ts'
import { log } from '../telemetry/log.ts'
import { auditCounters, ledgerAt, NO_ROW } from './audit-ledger.ts'
import type { Drift } from './drift.ts'
import type { Inspector } from './look-for-drift.ts'
import { CoreAway, openShards } from './open-shards.ts'

export type Mender = Inspector & Pick<Ports, 'newId'>

export type NotMended =
  | CoreFailure
  /** It is for a person to decide. */
  | Failure<'FOR_A_PERSON'>
  /** It is not as it was seen any more: look again. */
  | Failure<'MOVED_ON'>
  /** Movements that would be needed are missing in Postgres. */
  | Failure<'MOVEMENTS_MISSING'>

/** Tries to set a counter that moves on meanwhile. */
const TRIES = 20

/** Mends one drift that was just seen, if that is safe, and logs it. Core compares and changes in one step; nothing here changes Postgres. */
export async function mendDrift(mender: Mender, drift: Drift): Promise<Result<void, NotMended>> {
  const mended = await mend(mender, drift)
  log.warn({ ...drift, mended: mended.ok ? true : mended.code }, 'drift of core')
  return mended
}

async function mend(mender: Mender, drift: Drift): Promise<Result<void, NotMended>> {
  const { counters, book } = mender
  switch (drift.kind) {
    case 'SHARD_CLOSED':
      return rebuild(mender)
    case 'CORE_AHEAD': {
      const fenced = await counters.fence(drift.shard)
      return fenced.ok ? rebuild(mender) : fenced
    }
    case 'CORE_BEHIND':
      return replay(mender, drift.key as CounterKey)
    case 'COUNTER_MISSING': {
      // What is held of it may be there still, and was taken from the count that was lost.
      const replayed = await replay(mender, drift.key as CounterKey)
      return replayed.ok ? setCounter(mender, drift.key as CounterKey) : replayed
    }
    case 'COUNTER_DIFFERS':
      return setCounter(mender, drift.key as CounterKey)
    case 'RESERVATION_LEAKED':
      return dropReservation(mender, drift)
    case 'OFFER_DIFFERS': {
      const forgotten = await forgetNewer(mender, drift, skuKeys(sku(drift.key)).offer)
      if (!forgotten.ok) return forgotten
      const [offer] = await book.currentOffers([sku(drift.key)])
      return offer ? counters.putOffer(offer) : fail('MOVED_ON')
    }
    case 'CODE_DIFFERS': {
      const forgotten = await forgetNewer(mender, drift, codeKey(drift.key))
      if (!forgotten.ok) return forgotten
      const [discount] = await book.currentDiscounts([drift.key])
      return discount ? counters.putDiscount(discount) : fail('MOVED_ON')
    }
    case 'MOVEMENTS_DIFFER':
    case 'ALLOCATED_DIFFERS':
      return fail('FOR_A_PERSON')
    default:
      return unreachable(drift)
  }
}

async function rebuild(mender: Mender): Promise<Result<void, CoreFailure>> {
  try {
    await openShards(mender)
    return ok(undefined)
  } catch (error) {
    if (error instanceof CoreAway) return fail('CORE_UNREACHED')
    throw error
  }
}

async function replay(mender: Mender, key: CounterKey): Promise<Result<void, NotMended>> {
  const [row] = await auditCounters(mender.db, [key])
  if (row?.version !== row?.movements.count) return fail('MOVEMENTS_MISSING')
  const left = await catchUpCounters(mender, [key])
  return left.size === 0 ? ok(undefined) : fail('MOVED_ON')
}

/** A placing in between is counted in; a movement in between makes it look again. */
async function setCounter({ core, counters, db }: Mender, key: CounterKey): Promise<Result<void, NotMended>> {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const seen = await counters.appliedVersions([key])
    if (!seen.ok) return seen
    const applied = seen.value.get(key) ?? 0
    const at = (await ledgerAt(db, new Map([[key, applied]]))).get(key) ?? NO_ROW
    if (applied > at.version) return fail('MOVED_ON')
    const set = await withEpoch({ core }, key, (epoch, keys) => core.run(scripts.mendCounter, keys, [epoch, applied, at.free]))
    if (!set.ok) return set
    if (set.value !== null) return ok(undefined)
  }
  return fail('MOVED_ON')
}

async function dropReservation(
  { core }: Mender,
  { key, reservationId, units }: Extract<Drift, { kind: 'RESERVATION_LEAKED' }>,
): Promise<Result<void, NotMended>> {
  const dropped = await withEpoch({ core }, key as CounterKey, (epoch, keys) =>
    core.run(scripts.dropReservation, keys, [epoch, reservationId, units]),
  )
  if (!dropped.ok) return dropped
  return dropped.value === units ? ok(undefined) : fail('MOVED_ON')
}

/** Runs a script on a counter of a shard that is open; the script makes sure that it still is. */
async function withEpoch(
  { core }: Pick<Mender, 'core'>,
  key: CounterKey,
  run: (epoch: string, keys: string[]) => Promise<Result<unknown, CoreFailure>>,
): Promise<Result<unknown, CoreFailure>> {
  const { count, held } = counterKeys(key)
  const { epoch: epochKey } = shardKeys(shardOfCounter(key))
  const epoch = await core.call(epochKey, (redis) => redis.get(epochKey))
  if (!epoch.ok) return epoch
  return epoch.value === null ? ok(null) : run(epoch.value, [epochKey, count, held])
}

/** A copy that is newer than any of Postgres, or cannot be read, would never be replaced. */
async function forgetNewer(
  { core }: Mender,
  drift: { inCore: number | null; version: number },
  key: string,
): Promise<Result<unknown, CoreFailure>> {
  return drift.inCore === null || drift.inCore > drift.version ? core.call(key, (redis) => redis.del(key)) : ok(undefined)
}
