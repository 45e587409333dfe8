import type { Db } from '../db/client.ts'
import { Prisma } from '../db/generated/client.ts'
import type { Asked, MailKind, MailToSend } from './order-book.ts'
import { orderJson, toOrder } from './read-order.ts'

type Mail = { readonly orderId: string; readonly kind: MailKind }

export async function findMails(db: Db, batch: readonly Mail[]): Promise<MailToSend[]> {
  const rows = await db.$queryRaw<{ isSent: boolean; order: Record<string, unknown> | null }[]>`
    SELECT sent.order_id IS NOT NULL AS "isSent",
      CASE WHEN o.id IS NOT NULL AND sent.order_id IS NULL THEN ${orderJson(Prisma.sql`o`)} END AS order
    FROM unnest(${batch.map(({ orderId }) => orderId)}::uuid[], ${batch.map(({ kind }) => kind)}::text[]) WITH ORDINALITY AS a(id, kind, n)
    LEFT JOIN orders o ON o.id = a.id LEFT JOIN sent_mails sent ON sent.order_id = a.id AND sent.kind = a.kind ORDER BY a.n`
  return rows.map(({ isSent, order }) => (isSent ? 'sent' : order && toOrder(order)))
}

export async function recordMails(db: Db, batch: readonly Asked<Mail>[]): Promise<undefined[]> {
  await db.$executeRaw`
    WITH asked AS (
      SELECT * FROM unnest(
        ${batch.map(({ orderId }) => orderId)}::uuid[], ${batch.map(({ kind }) => kind)}::text[],
        ${batch.map(({ nowMs }) => new Date(nowMs))}::timestamptz[]
      ) AS a(id, kind, at)
    ), noted AS (
      INSERT INTO sent_mails (order_id, kind, at) SELECT id, kind, at FROM asked ON CONFLICT DO NOTHING
    ), standing AS (
      SELECT id FROM orders WHERE id IN (SELECT id FROM asked WHERE kind NOT LIKE '%/%') ORDER BY id FOR UPDATE
    ), parcels AS (
      UPDATE shipments SET mail_due_at = NULL FROM asked WHERE asked.kind = 'shipped/' || shipments.id AND shipments.order_id = asked.id
    ), money_back AS (
      UPDATE refunds SET mail_due_at = NULL FROM asked WHERE asked.kind = 'refunded/' || refunds.id AND refunds.order_id = asked.id
    )
    UPDATE orders SET mail_due_at = NULL FROM standing WHERE orders.id = standing.id`
  return batch.map(() => undefined)
}
