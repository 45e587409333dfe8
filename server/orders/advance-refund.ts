import { unreachable } from '#/domain/unreachable.ts'
import type { RefundStatus } from '../payments/payment-gateway.ts'
import type { Refund } from './fulfilment-book.ts'
import type { Ports } from './ports.ts'

export type RefundAdvanced =
  | { readonly kind: 'final' }
  | { readonly kind: 'missing' }
  /** The bank takes its time, or nobody knows yet: look again later. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'retry'; readonly reason: string }
  /** A person has to look: the gateway refuses, or what it has is not what we asked for. */
  | { readonly kind: 'stuck'; readonly reason: string }

type Engine = Pick<Ports, 'book' | 'gateway' | 'clock'>

/** Looks of upkeep, a quarter of an hour in all, during which a refund keeps its first key. */
const LOOKS_WITH_FIRST_KEY = 6

/** Looks of upkeep, more than an hour in all, after which a refund that the gateway refuses has failed. */
const LOOKS_IN_VAIN = 10

/**
 * Takes a refund as far as it goes by itself. Safe to repeat and to run twice at once: what was asked for before is looked up under our id
 * before anything is asked for.
 */
export async function advanceRefund(engine: Engine, refundId: string): Promise<RefundAdvanced> {
  const refund = await engine.book.findRefund(refundId)
  if (!refund) return { kind: 'missing' }
  const outcome = await advance(engine, refund)
  if (outcome.kind === 'stuck') await engine.book.setRefundTrouble(refundId, { trouble: outcome.reason, nowMs: engine.clock.now() })
  return outcome
}

async function advance(engine: Engine, refund: Refund): Promise<RefundAdvanced> {
  const { refundId, paymentIntentId, amountMinor, state } = refund
  if (state === 'FAILED' || amountMinor === 0) return { kind: 'final' }
  if (!paymentIntentId) return { kind: 'stuck', reason: 'a refund of an order that was not paid through the gateway' }
  const found = await engine.gateway.findRefund(paymentIntentId, refundId)
  if (found.ok && found.value) return settle(engine, refund, found.value)
  // A look that is refused says nothing of what was asked for before, so it never makes a refund fail.
  if (!found.ok) return found.code === 'GATEWAY_REFUSED' ? stuck(found.detail) : NO_ANSWER
  if (state === 'SUCCEEDED') return { kind: 'stuck', reason: 'the gateway does not know a refund that succeeded' }
  const asked = await engine.gateway.refund(paymentIntentId, { refundId, amountMinor, idempotencyKey: idempotencyKey(refund) })
  if (asked.ok) return settle(engine, refund, asked.value)
  return asked.code === 'GATEWAY_REFUSED' ? refused(engine, refund, asked.detail) : NO_ANSWER
}

const NO_ANSWER: RefundAdvanced = { kind: 'retry', reason: 'the gateway gave no answer' }

/**
 * The first key for so long that no request can still be on its way under it, because two that arrive under two keys would be two refunds;
 * then another with each look, because the gateway replays a failure of its own (500) too.
 * Source: https://docs.stripe.com/api/idempotent_requests
 */
function idempotencyKey({ refundId, checks }: Refund): string {
  return `refund-${refundId}-${Math.max(0, checks - LOOKS_WITH_FIRST_KEY)}`
}

async function settle({ book, clock }: Engine, refund: Refund, status: RefundStatus): Promise<RefundAdvanced> {
  const { kind, gatewayRefundId, amountMinor } = status
  if (amountMinor !== refund.amountMinor) return { kind: 'stuck', reason: 'the gateway gave back another amount than was asked for' }
  if (refund.state === 'SUCCEEDED' && kind !== 'failed') await book.refundStands(refund)
  else await book.settleRefund(refund.refundId, { kind, gatewayRefundId, nowMs: clock.now() })
  switch (kind) {
    case 'succeeded':
    case 'failed':
      return { kind: 'final' }
    case 'pending':
      return { kind: 'waiting' }
    default:
      return unreachable(kind)
  }
}

/**
 * The gateway knows of none, and makes none. Our account may be put right, so it is tried again; where that does not help, the money is the
 * order's again for another way.
 */
async function refused({ book, clock }: Engine, { refundId, state, checks }: Refund, detail: string): Promise<RefundAdvanced> {
  if (state !== 'PENDING' || checks < LOOKS_IN_VAIN) return stuck(detail)
  await book.settleRefund(refundId, { kind: 'failed', gatewayRefundId: null, nowMs: clock.now() })
  return { kind: 'final' }
}

function stuck(detail: string): RefundAdvanced {
  return { kind: 'stuck', reason: `the gateway refuses a refund: ${detail}` }
}
