import { STATES_UNPAID } from '#/domain/order-state.ts'
import type { Sku } from '#/domain/sku.ts'
import type { Db } from '../db/client.ts'

/**
 * How many orders hold units of each SKU and are not paid yet; a SKU that none holds is absent. Costs what there is of unpaid orders, however
 * many were paid: all of them, and few others, are due to be looked at.
 */
export async function countUnpaid(db: Db, skus: readonly Sku[]): Promise<Map<Sku, number>> {
  const rows = await db.$queryRaw<{ sku: Sku; orders: bigint }[]>`
    SELECT l.sku, count(*) AS orders
    FROM orders o JOIN order_lines l ON l.order_id = o.id
    WHERE o.next_check_at IS NOT NULL AND o.state = ANY(${[...STATES_UNPAID]}::order_state[]) AND l.sku = ANY(${[...skus]})
    GROUP BY l.sku`
  return new Map(rows.map(({ sku, orders }) => [sku, Number(orders)]))
}
