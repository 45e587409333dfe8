import { type CounterKey, shardOfCounter } from '#/domain/counter.ts'
import type { AuditedRow, LedgerAt } from './audit-ledger.ts'
import type { Drift } from './drift.ts'
import type { CoreCounter } from './inspect-core.ts'

/** A row of the ledger against its own movements, and of stock against the orders that hold it. */
export function faultsOf({ key, taken, version, movements, onHand, ordered }: AuditedRow): Drift[] {
  const shard = shardOfCounter(key)
  const sums = [
    ['on hand', onHand, movements.onHand],
    [ordered === null ? 'used' : 'allocated', taken, movements.taken],
    ['changes', version, movements.count],
    ['as its newest change', version, movements.newest],
  ] as const
  const apart = sums.filter(([, row, moved]) => row !== moved)
  const faults: Drift[] = apart.map(([what, row, moved]) => ({ kind: 'MOVEMENTS_DIFFER', shard, key, what, row, movements: moved }))
  if (ordered !== null && taken !== ordered) faults.push({ kind: 'ALLOCATED_DIFFERS', shard, key, allocated: taken, ordered })
  return faults
}

/**
 * A counter of core against the ledger at the version that it has applied. `holders` are the reservations that somebody stands behind, read
 * after the counter and before the ledger.
 */
export function compareCounter(
  key: CounterKey,
  counter: CoreCounter | null,
  { version, free, dropped }: LedgerAt,
  holders: ReadonlySet<string>,
): Drift[] {
  const shard = shardOfCounter(key)
  if (!counter) return version === 0 ? [] : [{ kind: 'COUNTER_MISSING', shard, key, version }]
  const { available, applied, held } = counter
  if (applied > version) return [{ kind: 'CORE_AHEAD', shard, key, applied, version }]
  const found: Drift[] = []
  if (applied < version) found.push({ kind: 'CORE_BEHIND', shard, key, applied, version })
  if (held === null) return found
  const units = [...held.values()].reduce((sum, quantity) => sum + quantity, 0)
  const expected = free - units
  if (available !== expected) found.push({ kind: 'COUNTER_DIFFERS', shard, key, available, expected, applied, held: units })
  for (const [reservationId, quantity] of held) {
    if (holders.has(reservationId) || dropped.has(reservationId)) continue
    found.push({ kind: 'RESERVATION_LEAKED', shard, key, reservationId, units: quantity, recordedAtMs: null })
  }
  return found
}
