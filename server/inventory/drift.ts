import type { Shard } from '#/domain/sharding.ts'
import { unreachable } from '#/domain/unreachable.ts'

/** Where core and Postgres disagree, or Postgres with itself, once it stood still long enough to be believed. `key` is a SKU, an allowance or a code. */
export type Drift = { readonly shard: Shard; readonly key: string } & (
  | { readonly kind: 'SHARD_CLOSED' }
  | { readonly kind: 'CORE_AHEAD'; readonly applied: number; readonly version: number }
  | { readonly kind: 'CORE_BEHIND'; readonly applied: number; readonly version: number }
  | { readonly kind: 'COUNTER_MISSING'; readonly version: number }
  /** `expected` is what was free in Postgres at the version that core had applied, less `held`. */
  | {
      readonly kind: 'COUNTER_DIFFERS'
      readonly available: number
      readonly expected: number
      readonly applied: number
      readonly held: number
    }
  /** `recordedAtMs`: when Postgres settled it, where it ever heard of it. */
  | { readonly kind: 'RESERVATION_LEAKED'; readonly reservationId: string; readonly units: number; readonly recordedAtMs: number | null }
  /** `inCore` is null where core has none. */
  | { readonly kind: 'OFFER_DIFFERS' | 'CODE_DIFFERS'; readonly inCore: number | null; readonly version: number }
  | { readonly kind: 'MOVEMENTS_DIFFER'; readonly what: string; readonly row: number; readonly movements: number }
  | { readonly kind: 'ALLOCATED_DIFFERS'; readonly allocated: number; readonly ordered: number }
)

export type DriftKind = Drift['kind']

/** What is wrong, for a person. */
export function driftWords(drift: Drift, nowMs: number): string {
  const { key, shard } = drift
  switch (drift.kind) {
    case 'SHARD_CLOSED':
      return `shard ${shard} of core is closed: it was lost, is fenced or lives in another epoch, and takes no orders`
    case 'CORE_AHEAD':
      return `${key}: core has applied movement ${drift.applied}, Postgres has only ${drift.version}: Postgres was set back`
    case 'CORE_BEHIND':
      return `${key}: core has stopped at movement ${drift.applied} of ${drift.version}`
    case 'COUNTER_MISSING':
      return `${key}: core does not know it, Postgres has ${drift.version} movements of it`
    case 'COUNTER_DIFFERS': {
      const { available, expected, held, applied } = drift
      const apart = Math.abs(available - expected)
      const which = available > expected ? 'too many' : 'too few'
      return `${key}: core has ${available} available, ${apart} ${which}: ${expected + held} free at movement ${applied}, ${held} held`
    }
    case 'RESERVATION_LEAKED': {
      const { units, reservationId, recordedAtMs } = drift
      const age =
        recordedAtMs === null ? 'Postgres never heard of it' : `Postgres settled it ${Math.round((nowMs - recordedAtMs) / 1000)} s ago`
      return `${key}: reservation ${reservationId} holds ${units} for nobody: no record waits, no placing is under way, ${age}`
    }
    case 'OFFER_DIFFERS':
    case 'CODE_DIFFERS': {
      const what = drift.kind === 'OFFER_DIFFERS' ? 'offer' : 'discount code'
      const inCore = drift.inCore === null ? `core has no ${what}` : `core has version ${drift.inCore} of its ${what}`
      const other = drift.inCore === drift.version ? ', with other content' : `, Postgres has ${drift.version}`
      return `${key}: ${inCore}${other}`
    }
    case 'MOVEMENTS_DIFFER':
      return `${key}: its row says ${drift.row} ${drift.what}, its movements ${drift.movements}: Postgres was changed by hand`
    case 'ALLOCATED_DIFFERS':
      return `${key}: ${drift.allocated} are allocated, orders hold ${drift.ordered}`
    default:
      return unreachable(drift)
  }
}

/** What mending does about it; null where that is for a person to decide. */
export function mendingWords(drift: Drift): string | null {
  switch (drift.kind) {
    case 'SHARD_CLOSED':
      return 'rebuilds the shard from Postgres and opens it'
    case 'CORE_AHEAD':
      return 'fences the shard, rebuilds it from Postgres and opens it'
    case 'CORE_BEHIND':
    case 'COUNTER_MISSING':
      return 'replays the movements that core has not seen'
    case 'COUNTER_DIFFERS':
      return `sets it to what Postgres and the reservations say, ${drift.expected} as it was seen`
    case 'RESERVATION_LEAKED':
      return `drops the reservation, so that its ${drift.units} can be sold`
    case 'OFFER_DIFFERS':
      return 'puts the current offer of Postgres in its place'
    case 'CODE_DIFFERS':
      return 'puts the current version of Postgres in its place'
    case 'MOVEMENTS_DIFFER':
    case 'ALLOCATED_DIFFERS':
      return null
    default:
      return unreachable(drift)
  }
}

/** Two drifts of one name are the same one, seen twice. */
export function driftName(drift: Drift): string {
  switch (drift.kind) {
    case 'RESERVATION_LEAKED':
      return `${drift.kind} ${drift.key} ${drift.reservationId}`
    case 'CORE_BEHIND':
      return `${drift.kind} ${drift.key} ${drift.applied}`
    case 'OFFER_DIFFERS':
    case 'CODE_DIFFERS':
      return `${drift.kind} ${drift.key} ${drift.inCore} ${drift.version}`
    case 'MOVEMENTS_DIFFER':
      return `${drift.kind} ${drift.key} ${drift.what}`
    default:
      return `${drift.kind} ${drift.shard} ${drift.key}`
  }
}

/** Whether a single look tells it for sure; of the others each may only be late. */
export function isCertain({ kind }: Drift): boolean {
  return (
    kind !== 'CORE_BEHIND' && kind !== 'COUNTER_MISSING' && kind !== 'OFFER_DIFFERS' && kind !== 'CODE_DIFFERS' && kind !== 'SHARD_CLOSED'
  )
}
