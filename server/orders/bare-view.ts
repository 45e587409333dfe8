import type { OrderView } from '../inventory/stock-counters.ts'

/** The view of an order of which there is no more to tell than its state. */
export function bareView(version: number, state: OrderView['state'], reason: string | null = null): OrderView {
  return { version, state, reason, holdUntilMs: null, actionUrl: null, cancelling: false, parcels: [], refunds: [] }
}
