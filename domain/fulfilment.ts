import type { OrderState } from './order-state.ts'
import { openUnits, type RefundableLine, unshippedUnits } from './refund.ts'

/** What a paid order has become: everything is refunded, or nothing is left to ship and something was, or neither. */
export function stateOfPaid(order: {
  readonly capturedMinor: number
  /** Of refunds that reached the shopper. */
  readonly givenBackMinor: number
  readonly lines: readonly RefundableLine[]
}): Extract<OrderState, 'CONFIRMED' | 'FULFILLED' | 'REFUNDED'> {
  const { capturedMinor, givenBackMinor, lines } = order
  const isFreeAndGivenUp = capturedMinor === 0 && lines.every((line) => openUnits(line) === 0)
  if (capturedMinor > 0 ? givenBackMinor === capturedMinor : isFreeAndGivenUp) return 'REFUNDED'
  const isAllGone = lines.every((line) => unshippedUnits(line) === 0) && lines.some((line) => line.shipped > 0)
  return isAllGone ? 'FULFILLED' : 'CONFIRMED'
}
