import type { Db } from '../db/client.ts'
import { Prisma } from '../db/generated/client.ts'
import type { Deliver, OutboxMessage, Topic } from './order-book.ts'

/** A hand-over of which nothing arrived: the messages are tried again. */
export class NotDelivered extends Error {}

/**
 * Takes the oldest messages of these topics, hands them over, and deletes them in the same transaction: a crash or a failed hand-over
 * leaves them for the next try, so each is delivered at least once. What `deliver` returns goes to the end of the line, so that a part of
 * core that is away holds up nothing else, however much of it waits. Several relays share the work without waiting for each other.
 */
export async function relay(db: Db, topics: readonly Topic[], limit: number, deliver: Deliver): Promise<number> {
  const { messages, left } = await db.$transaction(
    async (tx) => {
      const taken = await tx.$queryRaw<Row[]>`
        SELECT id, topic, subject FROM outbox_messages WHERE topic = ANY(${topics}::text[])
        ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED`
      if (taken.length === 0) return { messages: [], left: [] }
      const { messages, rows } = spellOut(taken, limit)
      const left = await deliver(messages)
      const isLast = rows.length === taken.length && taken.length < limit
      if (left.length === messages.length && isLast) throw notDelivered(left)
      await tx.$executeRaw`
        WITH again AS (
          INSERT INTO outbox_messages (topic, subject)
          SELECT * FROM unnest(${left.map(({ topic }) => topic)}::text[], ${left.map(({ subject }) => subject)}::text[])
        )
        DELETE FROM outbox_messages WHERE id = ANY(${rows.map((row) => row.id)}::bigint[])`
      return { messages, left }
    },
    { timeout: 15_000, maxWait: 5000 },
  )
  if (messages.length > 0 && left.length === messages.length) throw notDelivered(left)
  return messages.length - left.length
}

function notDelivered({ length }: readonly OutboxMessage[]): NotDelivered {
  return new NotDelivered(`none of ${length} messages was delivered`)
}

type Row = { readonly id: bigint; readonly topic: Topic; readonly subject: string }

/** One message for each subject of the oldest rows, as many rows as make about `limit` messages; the others wait for the next time. */
function spellOut(taken: readonly Row[], limit: number): { messages: OutboxMessage[]; rows: Row[] } {
  const messages: OutboxMessage[] = []
  const rows: Row[] = []
  for (const row of taken) {
    if (messages.length >= limit) break
    rows.push(row)
    for (const subject of row.subject.split(',')) messages.push({ topic: row.topic, subject })
  }
  return { messages, rows }
}

/** How long the job of a mail may take before upkeep tells of it again. A job that is still there makes that a no-op. */
export const MAIL_CHECK_MS = 60_000
const NEXT_MAIL_CHECK_MS = 15 * 60_000

/**
 * Queues the mail of ended orders, parcels and refunds that nobody noted as sent in time: its job went with core, or was given up. At most
 * `limit` of each; returns how many of the kind that has most.
 */
export async function wakeDueMail(db: Db, nowMs: number, limit: number): Promise<number> {
  const ofParcels = await wakeMailOf(db, 'shipments', 'shipped', nowMs, limit)
  const ofRefunds = await wakeMailOf(db, 'refunds', 'refunded', nowMs, limit)
  return Math.max(ofParcels, ofRefunds, await wakeMailOfOrders(db, nowMs, limit))
}

function wakeMailOfOrders(db: Db, nowMs: number, limit: number): Promise<number> {
  return db.$executeRaw`
    WITH due AS (
      SELECT id FROM orders WHERE mail_due_at <= ${new Date(nowMs)} ORDER BY mail_due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), postponed AS (
      UPDATE orders SET mail_due_at = ${new Date(nowMs + NEXT_MAIL_CHECK_MS)} FROM due WHERE orders.id = due.id
      RETURNING orders.id, orders.state
    )
    INSERT INTO outbox_messages (topic, subject)
    SELECT 'mail.send', id::text || CASE state WHEN 'REJECTED' THEN '/rejected' WHEN 'CANCELLED' THEN '/cancelled' ELSE '/receipt' END
    FROM postponed`
}

/** Tables whose rows belong to an order and have a mail each. */
function wakeMailOf(db: Db, table: 'shipments' | 'refunds', kind: 'shipped' | 'refunded', nowMs: number, limit: number): Promise<number> {
  const rows = Prisma.raw(table)
  return db.$executeRaw`
    WITH due AS (
      SELECT id FROM ${rows} WHERE mail_due_at <= ${new Date(nowMs)} ORDER BY mail_due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), postponed AS (
      UPDATE ${rows} row SET mail_due_at = ${new Date(nowMs + NEXT_MAIL_CHECK_MS)} FROM due WHERE row.id = due.id
      RETURNING row.order_id, row.id
    )
    INSERT INTO outbox_messages (topic, subject) SELECT 'mail.send', order_id || '/' || ${kind} || '/' || id FROM postponed`
}

/** The time to the next look doubles from 15 s up to 15 min, by the looks so far in `checks`. */
export function nextLook(now: Date): Prisma.Sql {
  return Prisma.sql`${now}::timestamptz + interval '15 s' * (2 ^ LEAST(checks, 6))`
}

/**
 * Queues the open orders that are due and puts off their next look, yet not beyond the end of their hold. Returns how many.
 */
export async function wakeDueOrders(db: Db, nowMs: number, limit: number): Promise<number> {
  const now = new Date(nowMs)
  return db.$executeRaw`
    WITH due AS (
      SELECT id FROM orders WHERE next_check_at <= ${now} ORDER BY next_check_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), postponed AS (
      UPDATE orders SET checks = checks + 1, next_check_at = LEAST(
        ${nextLook(now)},
        CASE WHEN hold_until > ${now} THEN hold_until END
      )
      FROM due WHERE orders.id = due.id
      RETURNING orders.id, orders.version
    )
    INSERT INTO outbox_messages (topic, subject) SELECT 'order.advance', id::text || '/' || version FROM postponed`
}
