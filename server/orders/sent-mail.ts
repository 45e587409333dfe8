import type { Db } from '../db/client.ts'
import type { MailKind } from './order-book.ts'

export async function mailWasSent(db: Db, orderId: string, kind: MailKind): Promise<boolean> {
  return (await db.sentMail.count({ where: { orderId, kind } })) > 0
}

export async function recordMail(db: Db, orderId: string, kind: MailKind, nowMs: number): Promise<void> {
  await db.$transaction([
    db.sentMail.createMany({ data: [{ orderId, kind, at: new Date(nowMs) }], skipDuplicates: true }),
    db.order.updateMany({ where: { id: orderId }, data: { mailDueAt: null } }),
  ])
}
