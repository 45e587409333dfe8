import type { Db } from '../db/client.ts'
import type { Deliver, Topic } from './order-book.ts'

/** A hand-over of which nothing arrived: the messages stay as they are and are tried again. */
export class NotDelivered extends Error {}

/**
 * Takes the oldest messages of these topics, hands them over, and deletes them in the same transaction: a crash or a failed hand-over
 * leaves them for the next try, so each is delivered at least once. What `deliver` returns goes to the end of the line, so that a part of
 * core that is away holds up nothing else. Several relays share the work without waiting for each other.
 */
export function relay(db: Db, topics: readonly Topic[], limit: number, deliver: Deliver): Promise<number> {
  return db.$transaction(
    async (tx) => {
      const taken = await tx.$queryRaw<{ id: bigint; topic: Topic; subject: string }[]>`
        SELECT id, topic, subject FROM outbox_messages WHERE topic = ANY(${topics}::text[])
        ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED`
      if (taken.length === 0) return 0
      const left = await deliver(taken.map(({ topic, subject }) => ({ topic, subject })))
      if (left.length === taken.length) throw new NotDelivered(`none of ${left.length} messages was delivered`)
      await tx.$executeRaw`
        WITH again AS (
          INSERT INTO outbox_messages (topic, subject)
          SELECT * FROM unnest(${left.map(({ topic }) => topic)}::text[], ${left.map(({ subject }) => subject)}::text[])
        )
        DELETE FROM outbox_messages WHERE id = ANY(${taken.map((message) => message.id)}::bigint[])`
      return taken.length - left.length
    },
    { timeout: 15_000, maxWait: 5000 },
  )
}

/** How long the job of a mail may take before upkeep tells of it again. A job that is still there makes that a no-op. */
export const MAIL_CHECK_MS = 60_000
const NEXT_MAIL_CHECK_MS = 15 * 60_000

/** Queues the mail of ended orders that nobody noted as sent in time: its job went with core, or was given up. Returns how many. */
export async function wakeDueMail(db: Db, nowMs: number, limit: number): Promise<number> {
  return db.$executeRaw`
    WITH due AS (
      SELECT id FROM orders WHERE mail_due_at <= ${new Date(nowMs)} ORDER BY mail_due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), postponed AS (
      UPDATE orders SET mail_due_at = ${new Date(nowMs + NEXT_MAIL_CHECK_MS)} FROM due WHERE orders.id = due.id
      RETURNING orders.id, orders.state
    )
    INSERT INTO outbox_messages (topic, subject)
    SELECT 'mail.send', id::text || CASE state WHEN 'CONFIRMED' THEN '/receipt' WHEN 'CANCELLED' THEN '/cancelled' ELSE '/rejected' END
    FROM postponed`
}

/**
 * Queues the open orders that are due and doubles the time to their next look, from 15 s up to 15 min. A DECLINED order is due at the end
 * of its hold. Returns how many.
 */
export async function wakeDueOrders(db: Db, nowMs: number, limit: number): Promise<number> {
  const now = new Date(nowMs)
  return db.$executeRaw`
    WITH due AS (
      SELECT id FROM orders WHERE next_check_at <= ${now} ORDER BY next_check_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), postponed AS (
      UPDATE orders SET checks = checks + 1, next_check_at = ${now}::timestamptz + interval '15 s' * (2 ^ LEAST(checks, 6))
      FROM due WHERE orders.id = due.id
      RETURNING orders.id, orders.version
    )
    INSERT INTO outbox_messages (topic, subject) SELECT 'order.advance', id::text || '/' || version FROM postponed`
}
