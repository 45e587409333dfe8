import type { Db } from '../db/client.ts'

/** By then upkeep looks, should the message meet a job of the same version that is just finishing. */
const HINT_CHECK_MS = 5000

/** Something may have happened to an open order's payment: a worker looks now, and upkeep soon after. Returns whether there is such an order. */
export async function hintOrder(db: Db, orderId: string, nowMs: number): Promise<boolean> {
  const told = await db.$executeRaw`
    WITH hinted AS (
      UPDATE orders SET next_check_at = LEAST(next_check_at, ${new Date(nowMs + HINT_CHECK_MS)}::timestamptz)
      WHERE id = ${orderId}::uuid AND next_check_at IS NOT NULL
      RETURNING id, version
    )
    INSERT INTO outbox_messages (topic, subject) SELECT 'order.advance', id::text || '/' || version FROM hinted`
  return told > 0
}
