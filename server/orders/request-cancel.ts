import { type Failure, fail, ok, type Result } from '#/domain/result.ts'
import type { RecordedView } from '../inventory/stock-counters.ts'
import type { CancelReason } from './order-book.ts'
import type { Ports } from './ports.ts'
import { viewOf } from './read-order.ts'

/**
 * Notes that an unpaid order is to be cancelled. A worker cancels its payment and then the order; a payment that is faster stands. Returns
 * the new view.
 */
export async function requestCancel(
  { book, clock }: Pick<Ports, 'book' | 'clock'>,
  orderId: string,
  reason: CancelReason,
): Promise<Result<RecordedView, Failure<'ORDER_MOVED_ON'>>> {
  const order = await book.requestCancel(orderId, { reason, nowMs: clock.now() })
  return order ? ok(viewOf(order)) : fail('ORDER_MOVED_ON')
}
