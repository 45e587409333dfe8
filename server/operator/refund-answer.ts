import { unreachable } from '#/domain/unreachable.ts'
import type { Db } from '../db/client.ts'
import type { RefundFailure } from '../orders/fulfilment-book.ts'
import { previewRefund, requestRefund } from '../orders/request-refund.ts'
import { log } from '../telemetry/log.ts'
import { type Answer, answer, counted, EXIT } from './answer.ts'
import type { MerchantsOrder } from './find-order.ts'
import { euros, unitLines } from './order-lines.ts'
import type { OrdersCommand } from './read-orders-command.ts'
import { type Given, onlyAsked } from './wish.ts'

type Refund = Extract<OrdersCommand, { name: 'refund' }>

/** Asks for money back, or says what would be asked for. The gateway is a worker's. */
export async function answerRefund(db: Db, order: MerchantsOrder, command: Refund, { id, yes, nowMs }: Given): Promise<Answer> {
  const { wish, restock, reason } = command
  const refund = { refundId: id, orderId: order.id, wish, restock, reason, nowMs }
  const asked = yes ? await requestRefund(db, refund) : await previewRefund(db, refund)
  if (!asked.ok) return answer(EXIT.trouble, [refundRefusal(asked)], { refund: id, refused: asked })
  const { amountMinor, units, isNew } = asked.value
  const data = { refund: id, ...asked.value, dryRun: !yes }
  if (yes) log.info({ orderId: order.id, refundId: id, amountMinor, isNew }, 'a merchant refunded')
  const given =
    units.length === 0 ? [] : [restock ? 'Given up, and for sale again:' : 'Given up, and not for sale again:', ...unitLines(order, units)]
  const lines = [amountMinor === 0 ? 'No money is left to give back.' : `${euros(amountMinor)} goes back to the shopper.`, ...given, '']
  if (!isNew) return answer(EXIT.fine, [...lines, 'It was asked for before, and is not asked for again.'], data)
  const done = 'Done: workers ask the gateway, and the shopper hears by mail once it agreed.'
  return answer(EXIT.fine, [...lines, yes ? done : onlyAsked(id)], data)
}

function refundRefusal(refusal: RefundFailure): string {
  switch (refusal.code) {
    case 'ORDER_MISSING':
      return 'There is no such order.'
    case 'ORDER_NOT_PAID':
      return 'The order is not paid, so there is nothing to give back.'
    case 'NOTHING_LEFT':
      return 'Everything of the order is given back already, or on its way.'
    case 'REFUND_CHANGED':
      return 'Another refund was asked for under that id.'
    case 'TOO_MANY_REFUNDS':
      return 'The order has as many refunds as one may have.'
    case 'TOO_MUCH':
      return `Only ${euros(refusal.leftMinor)} can still be given back.`
    case 'UNKNOWN_LINE':
      return `The order has no line ${refusal.position + 1}, or gave its units back when it was cancelled.`
    case 'TOO_MANY_UNITS':
      return `Of line ${refusal.position + 1} only ${counted(refusal.left, 'unit')} can still be given up.`
    default:
      return unreachable(refusal)
  }
}
