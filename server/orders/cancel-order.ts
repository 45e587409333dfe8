import type { Db } from '../db/client.ts'
import { endUnpaid } from './change-order.ts'
import { giveBack } from './give-back.ts'
import type { Asked, Cancelled } from './order-book.ts'

/** One transaction a batch: orders end and give back all that they took. Orders are locked before stock, each in key order. */
export function cancelOrders(db: Db, batch: readonly Asked<Cancelled>[]): Promise<boolean[]> {
  return db.$transaction(
    async (tx) => {
      const changed = await endUnpaid(tx, batch)
      const ended = batch.filter((_, i) => changed[i]?.isChanged)
      const [first] = ended
      const orderIds = ended.map(({ orderId }) => orderId)
      if (first) await giveBack(tx, orderIds, first.nowMs)
      return changed.map(({ isChanged }) => isChanged)
    },
    { timeout: 10_000, maxWait: 5000 },
  )
}
