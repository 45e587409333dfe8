import type { Db } from '../db/client.ts'
import { HINT_CHECK_MS } from './hint-order.ts'

/**
 * Has a refund of ours looked at. One that succeeded may fail after all, so it is due, too, until a look that began after this has an answer.
 * Whether there is such a refund.
 */
export async function hintRefund(db: Db, refundId: string, nowMs: number): Promise<boolean> {
  const soon = new Date(nowMs + HINT_CHECK_MS)
  const told = await db.$executeRaw`
    WITH hinted AS (
      UPDATE refunds SET next_check_at = CASE
        WHEN state = 'PENDING' THEN LEAST(next_check_at, ${soon}::timestamptz)
        WHEN state = 'SUCCEEDED' AND amount_minor > 0 THEN ${soon}::timestamptz
      END
      WHERE id = ${refundId}::uuid
      RETURNING id
    )
    INSERT INTO outbox_messages (topic, subject) SELECT 'refund.advance', id::text FROM hinted`
  return told > 0
}
