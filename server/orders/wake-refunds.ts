import type { Db } from '../db/client.ts'

/** When upkeep looks at a refund, should its job be lost. */
export const REFUND_CHECK_MS = 15_000

/** By then upkeep looks, should the message meet a job of the same refund that is just finishing. */
const HINT_CHECK_MS = 5000

/** Queues the pending refunds that are due and doubles the time to their next look, from 15 s up to 15 min. Returns how many. */
export async function wakeDueRefunds(db: Db, nowMs: number, limit: number): Promise<number> {
  const now = new Date(nowMs)
  return db.$executeRaw`
    WITH due AS (
      SELECT id FROM refunds WHERE next_check_at <= ${now} ORDER BY next_check_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), postponed AS (
      UPDATE refunds SET checks = checks + 1, next_check_at = ${now}::timestamptz + interval '15 s' * (2 ^ LEAST(checks, 6))
      FROM due WHERE refunds.id = due.id RETURNING refunds.id
    )
    INSERT INTO outbox_messages (topic, subject) SELECT 'refund.advance', id::text FROM postponed`
}

/**
 * Has a refund looked at, because somebody says that it has moved: a hint to ask the gateway, and nothing more. One that succeeded too: the
 * bank may send it back weeks later. Whether there is such a refund.
 */
export async function hintRefund(db: Db, refundId: string, nowMs: number): Promise<boolean> {
  const hinted = await db.$executeRaw`
    WITH hinted AS (
      UPDATE refunds SET next_check_at = CASE WHEN state = 'PENDING'
        THEN LEAST(next_check_at, ${new Date(nowMs + HINT_CHECK_MS)}::timestamptz) END
      WHERE id = ${refundId}::uuid RETURNING id
    )
    INSERT INTO outbox_messages (topic, subject) SELECT 'refund.advance', id::text FROM hinted`
  return hinted > 0
}
