import type { Db } from '../db/client.ts'

/** By then upkeep looks, should the message be lost or meet a job that is just finishing. */
export const HINT_CHECK_MS = 5000

/**
 * Something may have happened to an order's payment: a worker looks now, and upkeep soon after. To an open one, or to a cancelled one, whose
 * money would have to go back. Returns whether there is such an order.
 */
export async function hintOrder(db: Db, orderId: string, nowMs: number): Promise<boolean> {
  const told = await db.$executeRaw`
    WITH hinted AS (
      UPDATE orders SET next_check_at = CASE WHEN next_check_at IS NOT NULL
        THEN LEAST(next_check_at, ${new Date(nowMs + HINT_CHECK_MS)}::timestamptz) END
      WHERE id = ${orderId}::uuid AND (next_check_at IS NOT NULL OR state = 'CANCELLED' AND payment_intent_id IS NOT NULL)
      RETURNING id, version
    )
    INSERT INTO outbox_messages (topic, subject) SELECT 'order.advance', id::text || '/' || version FROM hinted`
  return told > 0
}
