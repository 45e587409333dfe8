import type { Sku } from '#/domain/sku.ts'
import type { Db, Tx } from '../db/client.ts'
import { endUnpaid } from './change-order.ts'
import { moveStock } from './move-stock.ts'
import type { Asked, Cancelled } from './order-book.ts'

/** One transaction a batch: orders end and their units go back to what is free. Orders are locked before stock, each in key order. */
export function cancelOrders(db: Db, batch: readonly Asked<Cancelled>[]): Promise<boolean[]> {
  return db.$transaction(
    async (tx) => {
      const changed = await endUnpaid(tx, batch)
      const ended = batch.filter((_, i) => changed[i]?.isChanged)
      const [first] = ended
      if (first) await giveBack(tx, ended, first.nowMs)
      return changed.map(({ isChanged }) => isChanged)
    },
    { timeout: 10_000, maxWait: 5000 },
  )
}

async function giveBack(tx: Tx, ended: readonly { readonly orderId: string }[], nowMs: number): Promise<void> {
  const units = await tx.$queryRaw<{ sku: Sku; quantity: number }[]>`
    SELECT stock.sku, held.quantity FROM stock JOIN (
      SELECT sku, sum(quantity)::int AS quantity FROM order_lines
      WHERE order_id = ANY(${ended.map(({ orderId }) => orderId)}::uuid[]) GROUP BY sku
    ) held USING (sku) ORDER BY stock.sku FOR UPDATE OF stock`
  const moves = units.map(({ sku, quantity }) => ({ sku, onHandDelta: 0, allocatedDelta: -quantity, droppedReservations: [] }))
  await moveStock(tx, 'cancel', moves, nowMs)
}
