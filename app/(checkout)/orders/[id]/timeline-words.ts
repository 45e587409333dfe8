import { formatMoney } from '#/domain/money.ts'
import type { Step } from '#/domain/order-timeline.ts'
import { unreachable } from '#/domain/unreachable.ts'

/** What a step of an order's way is called: while it is the newest, once it is behind, or before it is there. */
export function stepWords({ kind, place, reason, detail }: Step): string {
  const isNow = place === 'current'
  switch (kind) {
    case 'received':
      return 'Order received'
    case 'stock':
      return place === 'ahead' ? 'Stock' : 'Stock confirmed'
    case 'payment':
      return isNow ? 'Taking payment' : 'Payment'
    case 'bank':
      return isNow ? 'Waiting for you at your bank' : 'Your bank asked you to confirm'
    case 'declined':
      return 'Card declined'
    case 'cancel-asked':
      return isNow ? 'Cancelling' : reason === 'BY_SHOPPER' || reason === null ? 'You asked us to cancel' : 'Cancelling began'
    case 'confirmed':
      return place === 'ahead' ? 'Confirmed' : 'Order confirmed'
    case 'parcel':
      return `A parcel left${withCarrier(detail)}`
    case 'sent':
      return place === 'ahead' ? 'Sent' : `Sent${withCarrier(detail)}`
    case 'refund-asked':
      return `Refund begun${amountOf(detail)}`
    case 'part-refunded':
      return `Refunded${amountOf(detail)}`
    case 'refund-failed':
      return 'A refund did not arrive: we look for another way'
    case 'refunded':
      return 'Refunded'
    case 'rejected':
      return 'Not taken'
    case 'cancelled':
      return place === 'ahead' ? 'Cancelled' : 'Order cancelled'
    default:
      return unreachable(kind)
  }
}

function withCarrier(detail: unknown): string {
  const carrier = detailOf(detail, 'carrier')
  return typeof carrier === 'string' ? ` with ${carrier}` : ''
}

function amountOf(detail: unknown): string {
  const minor = detailOf(detail, 'amountMinor')
  return typeof minor === 'number' && minor > 0 ? `, ${formatMoney({ minor, currency: 'EUR' })}` : ''
}

function detailOf(detail: unknown, name: string): unknown {
  return typeof detail === 'object' && detail !== null ? (detail as Record<string, unknown>)[name] : undefined
}
