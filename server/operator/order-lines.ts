import { formatMoney } from '#/domain/money.ts'
import { orderNumber } from '#/domain/order-number.ts'
import type { Units } from '#/domain/refund.ts'
import { counted, moment } from './answer.ts'
import type { MerchantsOrder } from './find-order.ts'

/** An order as a merchant's commands number and count it. */
export function orderLines(order: MerchantsOrder): string[] {
  const { capturedMinor, refundedMinor, lines, shipments, refunds } = order
  return [
    `Order ${orderNumber(order.id)} (${order.id}), ${order.state}`,
    ...(order.trouble ? [`NEEDS A PERSON: ${order.trouble}`] : []),
    `${euros(capturedMinor)} captured, ${euros(refundedMinor)} given back or on its way`,
    '',
    ...lines.map((line) => `  ${line.position + 1}  ${line.quantity} × ${titleOf(line)} (${line.sku}): ${fateOf(line)}`),
    ...shipments.map(({ carrier, tracking, at, id }) => `  parcel ${moment(at.getTime())}: ${carrier} ${tracking} (${id})`),
    ...refunds.map(
      ({ amountMinor, state, createdAt, id, trouble }) =>
        `  refund ${moment(createdAt.getTime())}: ${euros(amountMinor)}, ${state}${trouble ? `, ${trouble}` : ''} (${id})`,
    ),
  ]
}

/** Units as they are said to be shipped or given up: `2 × Lamp, Red`. */
export function unitLines({ lines }: MerchantsOrder, units: readonly Units[]): string[] {
  return units.map(({ position, quantity }) => {
    const line = lines.find((candidate) => candidate.position === position)
    return `  ${quantity} × ${line ? titleOf(line) : `line ${position + 1}`}`
  })
}

export function euros(minor: number): string {
  return formatMoney({ minor, currency: 'EUR' })
}

type Line = MerchantsOrder['lines'][number]

function titleOf({ name, label }: Pick<Line, 'name' | 'label'>): string {
  return label ? `${name}, ${label}` : name
}

function fateOf({ quantity, shipped, dropped, returned }: Line): string {
  const left = quantity - shipped - dropped
  const fates = [
    shipped > 0 && `${shipped} shipped`,
    dropped > 0 && `${dropped} given up`,
    returned > 0 && `${returned} taken back`,
    `${counted(left, 'unit')} left to ship`,
  ]
  return fates.filter(Boolean).join(', ')
}
