import { type Allowance, type AllowanceKey, subjectOf } from './allowance.ts'
import type { CounterKey } from './counter.ts'
import type { Sku } from './sku.ts'

/** What intake needs to know of a placed order to decide on it. */
export type IntakeCandidate = {
  readonly orderId: string
  readonly reservationId: string
  readonly lines: readonly { readonly sku: Sku; readonly quantity: number }[]
  readonly allowances: readonly Allowance[]
  /** A person decided against it: it is refused whatever the stock. */
  readonly refusedFor?: RejectReason
}

export type StockLevel = { readonly onHand: number; readonly allocated: number }

/** Rows that the caller holds locked. SKUs without one count as sold out, allowances without one as unused. */
export type IntakeLevels = { readonly stock: ReadonlyMap<Sku, StockLevel>; readonly used: ReadonlyMap<AllowanceKey, number> }

export type IntakeDecision =
  /** Everything fits: the order holds its units from now on. */
  | 'allocate'
  /** Some line, limit or code does not fit: the whole order is refused, before any charge. */
  | RejectReason
  /** Recorded before from this very reservation: nothing is left to do. */
  | 'redelivered'
  /** The order is recorded from another reservation: this one is dropped, the order stays as it is. */
  | 'superseded'

export const REJECT_REASONS = ['SOLD_OUT', 'CUSTOMER_LIMIT_REACHED', 'CODE_USED_UP', 'NOT_ACCEPTED'] as const
export type RejectReason = (typeof REJECT_REASONS)[number]

export function isRejected(decision: IntakeDecision | undefined): decision is RejectReason {
  return REJECT_REASONS.some((reason) => reason === decision)
}

/** What the batch does to one counter: a movement, one a counter however many orders there are. */
export type CounterChange = { taken: number; droppedReservations: string[] }

export type IntakePlan = { readonly decisions: IntakeDecision[]; readonly changes: Map<CounterKey, CounterChange> }

/**
 * Admits whole orders in stream order. Postgres decides here: what core admitted too much is refused. `recorded` maps the order ids that
 * Postgres knows to their reservations.
 */
export function planIntake(batch: readonly IntakeCandidate[], levels: IntakeLevels, recorded: ReadonlyMap<string, string>): IntakePlan {
  const known = new Map(recorded)
  const changes = new Map<CounterKey, CounterChange>()
  const decisions = batch.map((order): IntakeDecision => {
    const recordedReservation = known.get(order.orderId)
    if (recordedReservation === order.reservationId) return 'redelivered'
    const wanted = unitsBySku(order)
    const decision = recordedReservation === undefined ? decide(order, wanted) : 'superseded'
    for (const [sku, units] of wanted) if (levels.stock.has(sku)) change(sku, units)
    for (const { key, units } of order.allowances) change(key, units)
    if (decision !== 'superseded') known.set(order.orderId, order.reservationId)
    return decision

    function change(key: CounterKey, units: number): void {
      const changed = changeOf(key)
      if (decision === 'allocate') changed.taken += units
      changed.droppedReservations.push(order.reservationId)
    }
  })
  return { decisions, changes }

  function decide(order: IntakeCandidate, wanted: ReadonlyMap<Sku, number>): IntakeDecision {
    if (order.refusedFor) return order.refusedFor
    for (const [sku, units] of wanted) if (units > freeUnits(sku)) return 'SOLD_OUT'
    for (const { key, units, limit } of order.allowances) {
      const used = (levels.used.get(key) ?? 0) + (changes.get(key)?.taken ?? 0)
      if (used + units > limit) return subjectOf(key).kind === 'sku' ? 'CUSTOMER_LIMIT_REACHED' : 'CODE_USED_UP'
    }
    return 'allocate'
  }

  function freeUnits(sku: Sku): number {
    const level = levels.stock.get(sku)
    return level ? level.onHand - level.allocated - (changes.get(sku)?.taken ?? 0) : 0
  }

  function changeOf(key: CounterKey): CounterChange {
    let change = changes.get(key)
    if (!change) {
      change = { taken: 0, droppedReservations: [] }
      changes.set(key, change)
    }
    return change
  }
}

/** Lines of one SKU count together, or a bundle that holds it twice would pass the check twice. */
function unitsBySku(order: IntakeCandidate): Map<Sku, number> {
  const units = new Map<Sku, number>()
  for (const line of order.lines) units.set(line.sku, (units.get(line.sku) ?? 0) + line.quantity)
  return units
}
