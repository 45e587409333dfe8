import type { Sku } from './sku.ts'

/** What intake needs to know of a placed order to decide on it. */
export type IntakeCandidate = {
  readonly orderId: string
  readonly reservationId: string
  readonly lines: readonly { readonly sku: Sku; readonly quantity: number }[]
  /** A person decided against it: it is refused whatever the stock, for this reason. */
  readonly refusedFor?: string
}

export type StockLevel = { readonly onHand: number; readonly allocated: number }

export type IntakeDecision =
  /** Every line fits: the order holds its units from now on. */
  | 'allocate'
  /** Some line does not fit: the whole order is refused, before any charge. */
  | 'reject'
  /** Recorded before from this very reservation: nothing is left to do. */
  | 'redelivered'
  /** The order is recorded from another reservation: this one is dropped, the order stays as it is. */
  | 'superseded'

/** What the batch does to one SKU: a movement, one a SKU however many orders there are. */
export type StockChange = { allocatedDelta: number; droppedReservations: string[] }

export type IntakePlan = { readonly decisions: IntakeDecision[]; readonly changes: Map<Sku, StockChange> }

/**
 * Admits whole orders in stream order against the stock rows that the caller holds locked. Postgres decides here: what core admitted too
 * much is refused. SKUs without a stock row count as sold out. `recorded` maps the order ids that Postgres knows to their reservations.
 */
export function planIntake(
  batch: readonly IntakeCandidate[],
  stock: ReadonlyMap<Sku, StockLevel>,
  recorded: ReadonlyMap<string, string>,
): IntakePlan {
  const known = new Map(recorded)
  const changes = new Map<Sku, StockChange>()
  const decisions = batch.map((order): IntakeDecision => {
    const recordedReservation = known.get(order.orderId)
    if (recordedReservation === order.reservationId) return 'redelivered'
    const wanted = unitsBySku(order)
    const allocate =
      recordedReservation === undefined && order.refusedFor === undefined && [...wanted].every(([sku, units]) => units <= freeUnits(sku))
    for (const [sku, units] of wanted) {
      if (!stock.has(sku)) continue
      const change = changeOf(sku)
      if (allocate) change.allocatedDelta += units
      change.droppedReservations.push(order.reservationId)
    }
    if (recordedReservation !== undefined) return 'superseded'
    known.set(order.orderId, order.reservationId)
    return allocate ? 'allocate' : 'reject'
  })
  return { decisions, changes }

  function freeUnits(sku: Sku): number {
    const level = stock.get(sku)
    return level ? level.onHand - level.allocated - (changes.get(sku)?.allocatedDelta ?? 0) : 0
  }

  function changeOf(sku: Sku): StockChange {
    let change = changes.get(sku)
    if (!change) {
      change = { allocatedDelta: 0, droppedReservations: [] }
      changes.set(sku, change)
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
