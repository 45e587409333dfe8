import { STATES_SHOPPERS_TURN } from '#/domain/order-state.ts'
import { type Failure, fail, ok, type Result } from '#/domain/result.ts'
import type { RecordedView } from '../inventory/stock-counters.ts'
import type { Ports } from './ports.ts'
import { viewOf } from './read-order.ts'

/**
 * The shopper's other card, after a decline or instead of the bank's step, while the order still holds its items. The payment itself is a
 * worker's. Returns the new view.
 */
export async function retryPayment(
  { book, clock }: Pick<Ports, 'book' | 'clock'>,
  orderId: string,
  paymentMethod: string,
): Promise<Result<RecordedView, Failure<'ORDER_MOVED_ON'>>> {
  const found = await book.findOrder(orderId)
  if (!found || !STATES_SHOPPERS_TURN.some((state) => state === found.state)) return fail('ORDER_MOVED_ON')
  const change = { afterAttempt: found.attempt, paymentMethod, tellWorker: true, nowMs: clock.now() }
  const { started, order } = await book.startPaying(orderId, change)
  return started && order ? ok(viewOf(order)) : fail('ORDER_MOVED_ON')
}
