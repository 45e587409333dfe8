import type { Db } from '../db/client.ts'
import { nextLook } from './outbox.ts'

/** When upkeep looks at a refund, should its job be lost. */
export const REFUND_CHECK_MS = 15_000

/** Queues the refunds that are due and puts off their next look. Returns how many. */
export async function wakeDueRefunds(db: Db, nowMs: number, limit: number): Promise<number> {
  const now = new Date(nowMs)
  return db.$executeRaw`
    WITH due AS (
      SELECT id FROM refunds WHERE next_check_at <= ${now} ORDER BY next_check_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), postponed AS (
      UPDATE refunds SET checks = checks + 1, next_check_at = ${nextLook(now)}
      FROM due WHERE refunds.id = due.id RETURNING refunds.id
    )
    INSERT INTO outbox_messages (topic, subject) SELECT 'refund.advance', id::text FROM postponed`
}
