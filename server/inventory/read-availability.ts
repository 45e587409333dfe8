import { ok, type Result } from '#/domain/result.ts'
import type { Sku } from '#/domain/sku.ts'
import type { CoreFailure } from '../redis/core.ts'
import type { StockCounters } from './stock-counters.ts'
import type { UnpaidOrders } from './unpaid-orders.ts'

export type Availability = {
  /** Units that a shopper could take right now. */
  readonly available: number
  /**
   * Checkouts that hold units and may not be paid, so that some may come back: placings that wait to be recorded, and unpaid orders. One that
   * is being recorded may count twice for a moment. Looked at only where nothing is available; 0 elsewhere.
   */
  readonly held: number
}

/** What can be said about the stock of these SKUs; one that core does not know is absent. Without Postgres it is what core knows. */
export async function readAvailability(
  { counters, unpaid }: { readonly counters: Pick<StockCounters, 'available' | 'reservations'>; readonly unpaid: Pick<UnpaidOrders, 'of'> },
  skus: readonly Sku[],
): Promise<Result<Map<Sku, Availability>, CoreFailure>> {
  const available = await counters.available(skus)
  if (!available.ok) return available
  const none = [...available.value].filter(([, units]) => units === 0).map(([sku]) => sku)
  const reservations = none.length > 0 ? await counters.reservations(none) : ok(new Map<Sku, number>())
  if (!reservations.ok) return reservations
  const orders = new Map(await Promise.all(none.map(async (sku) => [sku, await unpaid.of(sku)] as const)))
  const held = (sku: Sku) => (reservations.value.get(sku) ?? 0) + (orders.get(sku) ?? 0)
  return ok(new Map([...available.value].map(([sku, units]) => [sku, { available: units, held: held(sku) }])))
}
