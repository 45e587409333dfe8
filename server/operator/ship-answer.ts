import { unreachable } from '#/domain/unreachable.ts'
import type { Db } from '../db/client.ts'
import type { ShipRefusal } from '../orders/fulfilment-book.ts'
import { previewShipment, shipOrder } from '../orders/ship-order.ts'
import { log } from '../telemetry/log.ts'
import { type Answer, answer, counted, EXIT } from './answer.ts'
import type { MerchantsOrder } from './find-order.ts'
import { unitLines } from './order-lines.ts'
import type { OrdersCommand } from './read-orders-command.ts'
import { type Given, onlyAsked } from './wish.ts'

type Ship = Extract<OrdersCommand, { name: 'ship' }>

/** Notes a parcel that left, or says what would be noted. */
export async function answerShip(db: Db, order: MerchantsOrder, command: Ship, { id, yes, nowMs }: Given): Promise<Answer> {
  const { carrier, tracking, units } = command
  const shipment = { shipmentId: id, orderId: order.id, carrier, tracking, units, nowMs }
  const shipped = yes ? await shipOrder(db, shipment) : await previewShipment(db, shipment)
  if (!shipped.ok) return answer(EXIT.trouble, [shipRefusal(shipped)], { shipment: id, refused: shipped })
  const { unitsLeft, isNew } = shipped.value
  const data = { shipment: id, ...shipped.value, dryRun: !yes }
  if (yes) log.info({ orderId: order.id, shipmentId: id, isNew }, 'a merchant shipped')
  const lines = [
    `A parcel with ${carrier}, ${tracking}:`,
    ...unitLines(order, shipped.value.units),
    unitsLeft === 0 ? 'Nothing is left to ship then.' : `${counted(unitsLeft, 'unit')} left to ship then.`,
    '',
  ]
  if (!isNew) return answer(EXIT.fine, [...lines, 'It was noted before, and is not noted again.'], data)
  return answer(EXIT.fine, [...lines, yes ? 'Done: its units are off the stock, and its mail goes out.' : onlyAsked(id)], data)
}

function shipRefusal(refusal: ShipRefusal): string {
  switch (refusal.code) {
    case 'ORDER_MISSING':
      return 'There is no such order.'
    case 'ORDER_NOT_PAID':
      return 'The order is not paid, so nothing of it may leave.'
    case 'NOTHING_LEFT':
      return 'Nothing of the order is left to ship.'
    case 'SHIPMENT_CHANGED':
      return 'Another parcel was noted under that id.'
    case 'UNKNOWN_LINE':
      return `The order has no line ${refusal.position + 1}.`
    case 'TOO_MANY_UNITS':
      return `Of line ${refusal.position + 1} only ${counted(refusal.left, 'unit')} can be shipped.`
    default:
      return unreachable(refusal)
  }
}
