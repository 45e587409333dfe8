import { unreachable } from '#/domain/unreachable.ts'
import type { GatewayFailure, IntentStatus } from '../payments/payment-gateway.ts'
import type { Order } from './order-book.ts'
import type { Ports } from './ports.ts'

export type Advanced =
  | { readonly kind: 'final' }
  | { readonly kind: 'waiting-for-shopper' }
  | { readonly kind: 'missing' }
  /** Nobody knows yet: look again later. */
  | { readonly kind: 'retry'; readonly reason: string }
  /** A person has to look: money and order disagree, or the gateway refuses us. */
  | { readonly kind: 'stuck'; readonly reason: string }

export type Engine = Pick<Ports, 'book' | 'gateway' | 'clock' | 'newId' | 'returnUrl'>

/** Carries what the gateway says of the intent into the order. An answer to an attempt that is not the last one changes nothing. */
export async function settle(engine: Engine, order: Order, status: IntentStatus): Promise<Advanced> {
  const { book, clock } = engine
  const { orderId, attempt } = order
  const nowMs = clock.now()
  switch (status.kind) {
    case 'succeeded': {
      const { totalMinor, currency } = order.order
      const isOurs = status.orderId === orderId && status.amountMinor === totalMinor && status.currency === currency.toLowerCase()
      return isOurs ? confirmPaid(engine, orderId) : { kind: 'stuck', reason: 'the payment does not match the order' }
    }
    case 'action-required':
      await book.requireAction(orderId, { attempt, url: status.url, nowMs })
      return { kind: 'waiting-for-shopper' }
    case 'declined':
      await book.decline(orderId, { attempt, reason: status.reason, nowMs })
      return { kind: 'waiting-for-shopper' }
    case 'cancelled':
      return endUnpaid(engine, order)
    case 'unpaid':
      return { kind: 'retry', reason: 'the gateway has not tried the card yet' }
    case 'processing':
      return { kind: 'retry', reason: 'the gateway is still working' }
    default:
      return unreachable(status)
  }
}

/** For a success that was just retrieved, or when there is nothing to pay. */
export async function confirmPaid({ book, clock, newId }: Engine, orderId: string): Promise<Advanced> {
  const confirmed = await book.confirm(orderId, clock.now())
  switch (confirmed) {
    case 'confirmed':
    case 'already':
      return { kind: 'final' }
    case 'refund-due':
      await book.refundCancelled(orderId, { refundId: newId(), nowMs: clock.now() })
      return { kind: 'final' }
    default:
      return unreachable(confirmed)
  }
}

/** No charge can follow any more. Where that ends nothing, the order has moved on meanwhile: look again. */
export async function endUnpaid({ book, clock }: Engine, order: Order): Promise<Advanced> {
  const cancelled = await book.cancel(order.orderId, { intentId: order.paymentIntentId, nowMs: clock.now() })
  return cancelled ? { kind: 'final' } : { kind: 'retry', reason: 'the order moved on while its payment was cancelled' }
}

export function gaveNoAnswer(failure: GatewayFailure): Advanced {
  return failure.code === 'GATEWAY_REFUSED'
    ? { kind: 'stuck', reason: `the gateway refuses: ${failure.detail}` }
    : { kind: 'retry', reason: 'the gateway gave no answer' }
}
