import { formatMoney } from '#/domain/money.ts'
import { orderNumber } from '#/domain/order-number.ts'
import { sumsOf } from '#/domain/order-sums.ts'
import { unreachable } from '#/domain/unreachable.ts'
import { NOT_ACCEPTED } from '../orders/decide-dead-letter.ts'
import type { MailKind, Order } from '../orders/order-book.ts'
import { orderLink } from '../orders/order-link.ts'
import { layOut } from './mail-layout.ts'
import type { Mail } from './mailer.ts'
import { isOfPart, type PartMailKind, partMail } from './part-mail.ts'

/** The mail of one kind about an order. Deterministic: sent twice it is the same mail, with the same Message-ID. */
export function orderMail(kind: MailKind, whole: Order): Mail {
  if (isOfPart(kind)) return partMail(kind, whole)
  const { orderId, order, reason } = whole
  const number = orderNumber(orderId)
  const { subject, opening } = words(kind, number, reason)
  const money = (minor: number) => formatMoney({ minor, currency: order.currency })
  const lines = order.lines.map(
    (line) =>
      [`${line.quantity} × ${line.name}${line.label ? ` (${line.label})` : ''}`, money(line.quantity * line.unitPriceMinor)] as const,
  )
  const rows = [...lines, ...sumsOf(order).map(({ what, amount }) => [what, amount] as const)]
  const address = [order.name, order.street, `${order.postcode} ${order.city}`, order.country]
  const link = orderLink(orderId)
  return layOut({ to: order.email, subject, messageId: `${kind}.${orderId}`, opening, rows, address, link, number })
}

function words(kind: Exclude<MailKind, PartMailKind>, number: string, reason: string | null): { subject: string; opening: string } {
  switch (kind) {
    case 'receipt':
      return { subject: `Your order ${number} is confirmed`, opening: 'Thank you. Your payment went through and your order is confirmed.' }
    case 'rejected':
      return rejected(number, reason)
    case 'cancelled':
      return {
        subject: `Your order ${number} was cancelled`,
        opening: `${cancelled(reason)} The order is cancelled and you were not charged.`,
      }
    default:
      return unreachable(kind)
  }
}

function cancelled(reason: string | null): string {
  switch (reason) {
    case 'BY_SHOPPER':
      return 'As you asked, we have stopped the payment and put your items back on sale.'
    case 'PAYMENT_CANCELLED':
      return 'The payment was cancelled, so your items went back on sale.'
    default:
      return 'We kept your items as long as we said, and no payment came.'
  }
}

function rejected(number: string, reason: string | null): { subject: string; opening: string } {
  switch (reason) {
    case NOT_ACCEPTED:
      return {
        subject: `Your order ${number} could not be taken`,
        opening: 'We are sorry: something about your order was wrong on our side. You were not charged. Please order once more.',
      }
    case 'CUSTOMER_LIMIT_REACHED':
      return {
        subject: `Your order ${number} could not be filled`,
        opening: 'We are sorry: you have ordered as many of it as one customer can, in all orders together. You were not charged.',
      }
    case 'CODE_USED_UP':
      return {
        subject: `Your order ${number} could not be filled`,
        opening: 'We are sorry: the last use of your code went to somebody else a moment before you. You were not charged.',
      }
    default:
      return {
        subject: `Your order ${number} could not be filled`,
        opening: 'We are sorry: the last of it went to somebody else a moment before you. You were not charged.',
      }
  }
}
