import type { Mailer } from '#/server/notifications/mailer.ts'
import { orderMail } from '#/server/notifications/order-mail.ts'
import { isUntrueByNow } from '#/server/notifications/part-mail.ts'
import type { MailKind } from '#/server/orders/order-book.ts'
import type { Ports } from '#/server/orders/ports.ts'
import { PermanentError } from './define-worker.ts'

/**
 * `mail.send`: sends one mail about an order, once as far as that can be: a worker that dies between the sending and the note of it sends
 * the same mail again, under the same Message-ID.
 */
export function sendMail({ book, clock }: Pick<Ports, 'book' | 'clock'>, mailer: Mailer) {
  return async ({ orderId, kind }: { orderId: string; kind: MailKind }): Promise<void> => {
    const order = await book.findMail(orderId, kind)
    if (order === 'sent') return
    if (!order) throw new PermanentError('ORDER_MISSING')
    if (isUntrueByNow(kind, order)) return
    await mailer.send(orderMail(kind, order))
    await book.recordMail(orderId, kind, clock.now())
  }
}
