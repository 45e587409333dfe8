import { formatMoney } from '#/domain/money.ts'
import { orderNumber } from '#/domain/order-number.ts'
import type { MailKind, Order } from '../orders/order-book.ts'
import { orderLink } from '../orders/order-link.ts'
import { layOut } from './mail-layout.ts'
import type { Mail } from './mailer.ts'

/** Mail about a part of an order, a parcel or a refund, whose id follows. */
export type PartMailKind = Extract<MailKind, `${string}/${string}`>

export function isOfPart(kind: MailKind): kind is PartMailKind {
  return kind.includes('/')
}

/** Whether what the mail tells of is true no more: money that was given back and has come back to us. */
export function isUntrueByNow(kind: MailKind, { refunds }: Pick<Order, 'refunds'>): boolean {
  return refunds.some(({ refundId, state }) => kind === `refunded/${refundId}` && state === 'FAILED')
}

/** Deterministic, as the order's own mails are. Throws when the order has no such part. */
export function partMail(kind: PartMailKind, whole: Order): Mail {
  const { orderId, order } = whole
  const number = orderNumber(orderId)
  return layOut({
    ...(kind.startsWith('shipped/') ? parcelWords(kind, whole, number) : refundWords(kind, whole, number)),
    to: order.email,
    messageId: `${kind.replace('/', '.')}.${orderId}`,
    address: [order.name, order.street, `${order.postcode} ${order.city}`, order.country],
    link: orderLink(orderId),
    number,
  })
}

type Words = { readonly subject: string; readonly opening: string; readonly rows: [string, string][] }

function parcelWords(kind: PartMailKind, { parcels, order }: Order, number: string): Words {
  const parcel = parcels.find(({ shipmentId }) => kind.endsWith(shipmentId))
  if (!parcel) throw new Error(`no parcel stands for ${kind}`)
  const items = parcel.units.map(({ position, quantity }): [string, string] => {
    const line = order.lines[position]
    return [`${line?.name}${line?.label ? ` (${line.label})` : ''}`, `${quantity}`]
  })
  return {
    subject: `A parcel of your order ${number} is on its way`,
    opening: 'What is named here has left us.',
    rows: [...items, ['Carrier', parcel.carrier], ['Tracking number', parcel.tracking]],
  }
}

function refundWords(kind: PartMailKind, { refunds, order, state }: Order, number: string): Words {
  const refund = refunds.find(({ refundId }) => kind.endsWith(refundId))
  if (!refund) throw new Error(`no refund stands for ${kind}`)
  const why = state === 'CANCELLED' ? 'Your order was cancelled, and a payment came in nevertheless. ' : ''
  return {
    subject: `Money for your order ${number} is on its way back`,
    opening: `${why}We have given money back to the card that you paid with. Your bank may take a few days to show it.`,
    rows: [['Refund', formatMoney({ minor: refund.amountMinor, currency: order.currency })]],
  }
}
