import { formatMoney } from '#/domain/money.ts'
import { orderNumber } from '#/domain/order-number.ts'
import { unreachable } from '#/domain/unreachable.ts'
import type { MailKind, Order } from '../orders/order-book.ts'
import { orderLink } from '../orders/order-link.ts'
import type { Mail } from './mailer.ts'

/** The mail of one kind about an order. Deterministic: sent twice it is the same mail, with the same Message-ID. */
export function orderMail(kind: MailKind, { orderId, order, reason }: Order): Mail {
  const number = orderNumber(orderId)
  const { subject, opening } = words(kind, number, reason)
  const money = (minor: number) => formatMoney({ minor, currency: order.currency })
  const lines = order.lines.map((line) => [
    `${line.quantity} × ${line.name}${line.label ? ` (${line.label})` : ''}`,
    money(line.quantity * line.unitPriceMinor),
  ])
  const rows = [...lines, [`Delivery, ${order.deliveryMethod}`, money(order.deliveryMinor)], ['Total', money(order.totalMinor)]] as [
    string,
    string,
  ][]
  const address = [order.name, order.street, `${order.postcode} ${order.city}`, order.country]
  const link = orderLink(orderId)
  return {
    to: order.email,
    subject,
    messageId: `<${kind}.${orderId}@saleday>`,
    text: [opening, ...rows.map((row) => row.join('   ')), `Deliver to:\n${address.join('\n')}`, `Your order: ${link}`].join('\n\n'),
    html: `<!doctype html><html lang="en"><body style="font-family:Georgia,serif;color:#1c1a17;max-width:34rem;margin:2rem auto;padding:0 1rem">
<h1 style="font-size:1.4rem;font-weight:normal">${escapeHtml(subject)}</h1>
<p>${escapeHtml(opening)}</p>
<table style="width:100%;border-collapse:collapse">${rows.map(([what, sum]) => `<tr><td style="padding:.4rem 0;border-bottom:1px solid #ddd">${escapeHtml(what)}</td><td style="padding:.4rem 0;border-bottom:1px solid #ddd;text-align:right">${escapeHtml(sum)}</td></tr>`).join('')}</table>
<p>${address.map(escapeHtml).join('<br>')}</p>
<p><a href="${escapeHtml(link)}" style="color:#a33b1f">See order ${number}</a></p>
</body></html>`,
  }
}

function words(kind: MailKind, number: string, reason: string | null): { subject: string; opening: string } {
  switch (kind) {
    case 'receipt':
      return { subject: `Your order ${number} is confirmed`, opening: 'Thank you. Your payment went through and your order is confirmed.' }
    case 'rejected':
      return {
        subject: `Your order ${number} could not be filled`,
        opening: 'We are sorry: the last of it went to somebody else a moment before you. You were not charged.',
      }
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

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
