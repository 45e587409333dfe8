import type { Db } from '../db/client.ts'

/** When upkeep looks at the latest, should the job be lost. */
const CHECK = '5 s'

/**
 * Has an open order looked at, because somebody says that its payment has moved: a hint to ask the gateway, and nothing more. A cancelled one
 * too, whose money would have to go back. Whether there is such an order.
 */
export async function hintOrder(db: Db, orderId: string, nowMs: number): Promise<boolean> {
  const hinted = await db.$executeRaw`
    WITH hinted AS (
      UPDATE orders SET next_check_at = CASE WHEN next_check_at IS NOT NULL
        THEN LEAST(next_check_at, ${new Date(nowMs)}::timestamptz + ${CHECK}::interval) END
      WHERE id = ${orderId}::uuid AND (next_check_at IS NOT NULL OR state = 'CANCELLED' AND payment_intent_id IS NOT NULL)
      RETURNING id, version
    )
    INSERT INTO outbox_messages (topic, subject) SELECT 'order.advance', id::text || '/' || version FROM hinted`
  return hinted > 0
}
