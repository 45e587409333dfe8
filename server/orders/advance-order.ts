import { SHOPPERS_HOLD_SECONDS } from '#/domain/order-state.ts'
import { type Failure, fail, ok, type Result } from '#/domain/result.ts'
import { unreachable } from '#/domain/unreachable.ts'
import type { RecordedView } from '../inventory/stock-counters.ts'
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

type Engine = Pick<Ports, 'book' | 'gateway' | 'clock' | 'returnUrl'>

/** Takes an order as far as it goes by itself. Safe to repeat and to run twice at once: every step is guarded by state and attempt. */
export async function advanceOrder(engine: Engine, orderId: string): Promise<Advanced> {
  const order = await engine.book.findOrder(orderId)
  if (!order) return { kind: 'missing' }
  switch (order.state) {
    case 'REJECTED':
    case 'CONFIRMED':
    case 'FULFILLED':
    case 'REFUNDED':
    case 'CANCELLED':
      return { kind: 'final' }
    case 'ACTION_REQUIRED':
    case 'DECLINED':
      return holdIsOver(order, engine.clock.now()) ? cancelUnpaid(engine, order) : { kind: 'waiting-for-shopper' }
    case 'ALLOCATED': {
      const { attempt: afterAttempt, order: placed } = order
      const start = { afterAttempt, paymentMethod: placed.paymentMethod, tellWorker: false, nowMs: engine.clock.now() }
      const paying = await engine.book.startPaying(orderId, start)
      return paying ? takePayment(engine, paying) : { kind: 'retry', reason: 'another worker was faster' }
    }
    case 'PAYING':
      return takePayment(engine, order)
    default:
      return unreachable(order.state)
  }
}

/** One attempt to charge the order's only intent. No transaction is open while the gateway is asked. */
async function takePayment(engine: Engine, unbound: Order): Promise<Advanced> {
  const intent = await ensureIntent(engine, unbound)
  if (!intent.ok) return gaveNoAnswer(intent)
  const order = { ...unbound, paymentIntentId: intent.value }
  const { attempt, order: placed } = order
  const key = idempotencyKey(order, `confirm-${attempt}`)
  const payment = { paymentMethod: placed.paymentMethod, returnUrl: engine.returnUrl(order.orderId), idempotencyKey: key }
  const confirmed = await engine.gateway.confirm(intent.value, payment)
  if (confirmed.ok) return settle(engine, order, confirmed.value)
  const status = await engine.gateway.retrieve(intent.value)
  if (!status.ok) return gaveNoAnswer(status)
  switch (status.value.kind) {
    case 'succeeded':
    case 'cancelled':
    case 'processing':
      return settle(engine, order, status.value)
    case 'action-required':
    case 'declined':
    case 'unpaid':
      // Of this attempt or of one before? Only a refusal tells; without an answer the same confirm is asked again.
      return confirmed.code === 'GATEWAY_REFUSED'
        ? settle(engine, order, { kind: 'declined', reason: 'card_declined' })
        : gaveNoAnswer(confirmed)
    default:
      return unreachable(status.value)
  }
}

/** Created unconfirmed, and its id committed, before anything can be charged. */
async function ensureIntent({ book, gateway }: Engine, order: Order): Promise<Result<string, GatewayFailure>> {
  if (order.paymentIntentId) return ok(order.paymentIntentId)
  const { orderId } = order
  const { totalMinor: amountMinor, currency } = order.order
  const created = await gateway.createIntent({ orderId, amountMinor, currency, idempotencyKey: idempotencyKey(order, 'intent') })
  return created.ok ? ok(await book.bindIntent(orderId, created.value.intentId)) : created
}

/**
 * The same key while one job is at it, so that a repeated call replays what was done; another once upkeep has looked, because the gateway
 * replays a failure of its own (500) too. Source: https://docs.stripe.com/api/idempotent_requests
 */
function idempotencyKey({ orderId, checks }: Order, step: string): string {
  return `order-${orderId}-${step}-${checks}`
}

/** Carries what the gateway says of the intent into the order. */
async function settle(engine: Engine, order: Order, status: IntentStatus): Promise<Advanced> {
  const { book, clock } = engine
  const { orderId, attempt } = order
  const nowMs = clock.now()
  switch (status.kind) {
    case 'succeeded': {
      const { totalMinor, currency } = order.order
      const isOurs = status.orderId === orderId && status.amountMinor === totalMinor && status.currency === currency.toLowerCase()
      if (!isOurs) return { kind: 'stuck', reason: 'the payment does not match the order' }
      const confirmed = await book.confirm(orderId, nowMs)
      return confirmed === 'refund-due' ? { kind: 'stuck', reason: 'a cancelled order was paid' } : { kind: 'final' }
    }
    case 'action-required':
    case 'declined': {
      // From the first decline on, never longer: card after card must not hold the items for ever.
      const holdUntilMs = Math.min(order.holdUntilMs ?? Number.POSITIVE_INFINITY, nowMs + SHOPPERS_HOLD_SECONDS * 1000)
      await book.decline(orderId, attempt, {
        reason: status.kind === 'declined' ? status.reason : 'authentication_required',
        holdUntilMs,
        nowMs,
      })
      return { kind: 'waiting-for-shopper' }
    }
    case 'cancelled':
      return endUnpaid(engine, order, 'PAYMENT_CANCELLED')
    case 'unpaid':
      return { kind: 'retry', reason: 'the gateway has not tried the card yet' }
    case 'processing':
      return { kind: 'retry', reason: 'the gateway is still working' }
    default:
      return unreachable(status)
  }
}

/** Stock is given back only after the gateway agrees that no charge can follow. */
async function cancelUnpaid(engine: Engine, order: Order): Promise<Advanced> {
  const { orderId, paymentIntentId: intentId } = order
  if (!intentId) throw new Error(`declined order ${orderId} has no payment intent`)
  const status = await engine.gateway.cancel(intentId)
  if (!status.ok) return gaveNoAnswer(status)
  if (status.value.kind !== 'cancelled') return settle(engine, order, status.value)
  return endUnpaid(engine, order, 'NOT_PAID_IN_TIME')
}

/** The intent is cancelled. Where that ends nothing, the order has moved on meanwhile: look again. */
async function endUnpaid({ book, clock }: Engine, order: Order, reason: string): Promise<Advanced> {
  const cancelled = await book.cancel(order.orderId, { intentId: order.paymentIntentId, reason, nowMs: clock.now() })
  return cancelled ? { kind: 'final' } : { kind: 'retry', reason: 'the order moved on while its payment was cancelled' }
}

function holdIsOver(order: Order, nowMs: number): boolean {
  return order.holdUntilMs === null || order.holdUntilMs <= nowMs
}

function gaveNoAnswer(failure: Failure & { detail?: string }): Advanced {
  return failure.code === 'GATEWAY_REFUSED'
    ? { kind: 'stuck', reason: `the gateway refuses: ${failure.detail}` }
    : { kind: 'retry', reason: 'the gateway gave no answer' }
}

/** The shopper's other card, while the declined order still holds its items. The payment itself is a worker's. Returns the new view. */
export async function retryPayment(
  { book, clock }: Pick<Ports, 'book' | 'clock'>,
  orderId: string,
  paymentMethod: string,
): Promise<Result<RecordedView, Failure<'ORDER_MOVED_ON'>>> {
  const order = await book.findOrder(orderId)
  const nowMs = clock.now()
  if (order?.state !== 'DECLINED' || holdIsOver(order, nowMs)) return fail('ORDER_MOVED_ON')
  const paying = await book.startPaying(orderId, { afterAttempt: order.attempt, paymentMethod, tellWorker: true, nowMs })
  return paying ? ok(paying) : fail('ORDER_MOVED_ON')
}
