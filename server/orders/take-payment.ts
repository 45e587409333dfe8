import type { Failure } from '#/domain/result.ts'
import { fail, ok, type Result } from '#/domain/result.ts'
import { unreachable } from '#/domain/unreachable.ts'
import type { GatewayFailure } from '../payments/payment-gateway.ts'
import { log } from '../telemetry/log.ts'
import type { Order } from './order-book.ts'
import { type Advanced, confirmPaid, type Engine, gaveNoAnswer, settle } from './settle-payment.ts'

/** One attempt to charge the order's only intent. No transaction is open while the gateway is asked. */
export async function takePayment(engine: Engine, unbound: Order): Promise<Advanced> {
  if (unbound.order.totalMinor === 0) return confirmPaid(engine, unbound.orderId)
  const intent = await ensureIntent(engine, unbound)
  if (!intent.ok) return intent.code === 'MOVED_ON' ? { kind: 'retry', reason: 'the order moved on' } : gaveNoAnswer(intent)
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
      if (confirmed.code !== 'GATEWAY_REFUSED') return gaveNoAnswer(confirmed)
      // A card that the gateway does not know looks like a setting of ours that is wrong: the log tells, the shopper tries another card.
      log.error({ orderId: order.orderId, detail: confirmed.detail }, 'the gateway refuses to try a card')
      return settle(engine, order, { kind: 'declined', reason: 'card_declined' })
    default:
      return unreachable(status.value)
  }
}

/** Created unconfirmed, and its id committed, before anything can be charged. */
async function ensureIntent({ book, gateway }: Engine, order: Order): Promise<Result<string, GatewayFailure | Failure<'MOVED_ON'>>> {
  if (order.paymentIntentId) return ok(order.paymentIntentId)
  const { orderId } = order
  const { totalMinor: amountMinor, currency } = order.order
  const created = await gateway.createIntent({ orderId, amountMinor, currency, idempotencyKey: idempotencyKey(order, 'intent') })
  if (!created.ok) return created
  const bound = await book.bindIntent(orderId, created.value.intentId)
  if (bound) return ok(bound)
  // Nobody can confirm it any more; this only leaves the gateway tidy.
  await gateway.cancel(created.value.intentId)
  return fail('MOVED_ON')
}

/**
 * The same key while one job is at it, so that a repeated call replays what was done; another once upkeep has looked, because the gateway
 * replays a failure of its own (500) too. Source: https://docs.stripe.com/api/idempotent_requests
 */
function idempotencyKey({ orderId, checks }: Order, step: string): string {
  return `order-${orderId}-${step}-${checks}`
}
