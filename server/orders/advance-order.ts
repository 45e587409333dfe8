import { unreachable } from '#/domain/unreachable.ts'
import type { Order } from './order-book.ts'
import { type Advanced, type Engine, endUnpaid, gaveNoAnswer, settle } from './settle-payment.ts'
import { takePayment } from './take-payment.ts'

/** Takes an order as far as it goes by itself. Safe to repeat and to run twice at once: every step is guarded by state and attempt. */
export async function advanceOrder(engine: Engine, orderId: string): Promise<Advanced> {
  const outcome = await advance(engine, orderId)
  if (outcome.kind === 'stuck') await engine.book.setTrouble(orderId, { trouble: outcome.reason, nowMs: engine.clock.now() })
  return outcome
}

async function advance(engine: Engine, orderId: string): Promise<Advanced> {
  const nowMs = engine.clock.now()
  // One that was just allocated begins to be paid; what it says of any other saves reading that.
  const { order } = await engine.book.startPaying(orderId, { afterAttempt: 0, paymentMethod: null, tellWorker: false, nowMs })
  if (!order) return { kind: 'missing' }
  switch (order.state) {
    case 'REJECTED':
    case 'CONFIRMED':
    case 'FULFILLED':
    case 'REFUNDED':
      return { kind: 'final' }
    case 'CANCELLED':
      return lookForLatePayment(engine, order)
    case 'ALLOCATED':
    case 'PAYING':
      return isToEnd(order, nowMs) ? cancelUnpaid(engine, order) : takePayment(engine, order)
    case 'ACTION_REQUIRED':
    case 'DECLINED':
      return isToEnd(order, nowMs) ? cancelUnpaid(engine, order) : lookWhatShopperDid(engine, order)
    default:
      return unreachable(order.state)
  }
}

function isToEnd(order: Order, nowMs: number): boolean {
  return order.cancelReason !== null || holdIsOver(order, nowMs)
}

export function holdIsOver({ holdUntilMs }: Pick<Order, 'holdUntilMs'>, nowMs: number): boolean {
  return holdUntilMs === null || holdUntilMs <= nowMs
}

/** Stock is given back only after the gateway agrees that no charge can follow. A payment that was faster stands. */
async function cancelUnpaid(engine: Engine, order: Order): Promise<Advanced> {
  if (!order.paymentIntentId) return endUnpaid(engine, order)
  const status = await engine.gateway.cancel(order.paymentIntentId)
  if (!status.ok) return gaveNoAnswer(status)
  const isSettled = status.value.kind === 'cancelled' || status.value.kind === 'succeeded'
  return isSettled ? settle(engine, order, status.value) : { kind: 'retry', reason: 'the gateway has not cancelled the payment yet' }
}

/** The intent of a cancelled order was cancelled first. What is paid nevertheless goes back. */
async function lookForLatePayment(engine: Engine, order: Order): Promise<Advanced> {
  if (!order.paymentIntentId || order.refunds.length > 0) return { kind: 'final' }
  const status = await engine.gateway.retrieve(order.paymentIntentId)
  if (!status.ok) return gaveNoAnswer(status)
  return status.value.kind === 'succeeded' ? settle(engine, order, status.value) : { kind: 'final' }
}

/** At the bank, in another tab, or nothing: only the gateway knows, whoever tells us to look. */
async function lookWhatShopperDid(engine: Engine, order: Order): Promise<Advanced> {
  if (!order.paymentIntentId) throw new Error(`order ${order.orderId} waits for its shopper and has no payment intent`)
  const status = await engine.gateway.retrieve(order.paymentIntentId)
  if (!status.ok) return gaveNoAnswer(status)
  switch (status.value.kind) {
    case 'succeeded':
    case 'cancelled':
    case 'processing':
      return settle(engine, order, status.value)
    case 'declined':
      return order.state === 'ACTION_REQUIRED' ? settle(engine, order, status.value) : { kind: 'waiting-for-shopper' }
    case 'action-required':
    case 'unpaid':
      return { kind: 'waiting-for-shopper' }
    default:
      return unreachable(status.value)
  }
}
