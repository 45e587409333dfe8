import type { CounterKey } from '#/domain/counter.ts'
import { ok, type Result } from '#/domain/result.ts'
import type { CoreFailure } from '../redis/core.ts'
import { type Drift, driftName, isCertain } from './drift.ts'
import { type Inspector, lookForDrift, type Scope } from './look-for-drift.ts'

export type Reconciled = {
  readonly drifts: readonly Drift[]
  /** SKUs and allowances that were compared. */
  readonly rows: number
  /** Counters of which more is held than a look may read: nothing is said of their counts. */
  readonly unread: readonly CounterKey[]
}

/** How long what may only be late is watched before it counts as forgotten, and the pause between two looks. */
const PATIENCE_MS = 15_000
const PAUSE_MS = 500

/**
 * Compares core with Postgres, and Postgres with itself. Changes nothing, and reports only what stands still: a false alarm is worse than
 * silence. What a moment's look proves is looked at once more; what may be late is watched until it moves, or long enough. An outage of
 * Postgres throws.
 */
export async function reconcile(
  inspector: Inspector,
  { patienceMs = PATIENCE_MS, counter }: { patienceMs?: number; counter?: CounterKey } = {},
): Promise<Result<Reconciled, CoreFailure>> {
  const first = await lookForDrift(inspector, counter ? { counters: [counter], codes: [] } : 'all')
  if (!first.ok) return first
  const { rows, unread } = first.value
  let suspects = first.value.drifts
  const giveUpAt = inspector.clock.now() + patienceMs
  for (let looks = 1; suspects.length > 0; looks += 1) {
    const isLateOnly = suspects.every(isCertain)
    if (looks > 1 && (isLateOnly || inspector.clock.now() >= giveUpAt)) break
    if (!isLateOnly) await inspector.clock.sleep(PAUSE_MS)
    const again = await lookForDrift(inspector, scopeOf(suspects))
    if (!again.ok) return again
    const seen = new Map(again.value.drifts.map((drift) => [driftName(drift), drift]))
    suspects = suspects.flatMap((drift) => seen.get(driftName(drift)) ?? [])
  }
  return ok({ drifts: suspects, rows, unread })
}

function scopeOf(drifts: readonly Drift[]): Scope {
  const codes = new Set(drifts.filter(({ kind }) => kind === 'CODE_DIFFERS').map(({ key }) => key))
  const counters = new Set(
    drifts.filter(({ kind }) => kind !== 'CODE_DIFFERS' && kind !== 'SHARD_CLOSED').map(({ key }) => key as CounterKey),
  )
  return { counters: [...counters], codes: [...codes] }
}
