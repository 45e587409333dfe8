import type { Currency } from '#/domain/money.ts'
import type { Failure, Result } from '#/domain/result.ts'

/** The port to the payment gateway. Every call has a timeout and no retries of its own: those live in the job. */
export type PaymentGateway = {
  /** An intent that charges nothing until it is confirmed. The same order gets the same intent while the gateway remembers the key. */
  createIntent(order: NewIntent): Promise<Result<{ intentId: string }, GatewayFailure>>
  /** Tries a card on the order's intent. Safe to repeat: an intent is charged once at most. */
  confirm(intentId: string, payment: Payment): Promise<Result<IntentStatus, GatewayFailure>>
  retrieve(intentId: string): Promise<Result<IntentStatus, GatewayFailure>>
  /** Makes sure that no charge can follow; the answer says so, or that it is too late. */
  cancel(intentId: string): Promise<Result<IntentStatus, GatewayFailure>>
  /** Gives money back. `refundId`, ours, is kept with it, so that a refund whose answer was lost is found again. */
  refund(intentId: string, refund: NewRefund): Promise<Result<RefundStatus, GatewayFailure>>
  /** What became of a refund of ours; null when the gateway has none of that id. */
  findRefund(intentId: string, refundId: string): Promise<Result<RefundStatus | null, GatewayFailure>>
}

/** `paymentMethod` is a payment method or a confirmation token; `returnUrl` is where the bank sends its customer back to. */
export type Payment = { readonly paymentMethod: string; readonly returnUrl: string; readonly idempotencyKey: string }

export type NewRefund = { readonly refundId: string; readonly amountMinor: number; readonly idempotencyKey: string }

export type RefundStatus = {
  readonly kind: 'pending' | 'succeeded' | 'failed'
  readonly gatewayRefundId: string
  readonly amountMinor: number
}

export type NewIntent = {
  readonly orderId: string
  readonly amountMinor: number
  readonly currency: Currency
  readonly idempotencyKey: string
}

export type IntentStatus =
  | { readonly kind: 'succeeded'; readonly amountMinor: number; readonly currency: string; readonly orderId: string | null }
  | { readonly kind: 'declined'; readonly reason: DeclineReason }
  /** Never confirmed, or waiting for a card without a word of why. */
  | { readonly kind: 'unpaid' }
  /** The bank asks its customer to confirm at `url`. */
  | { readonly kind: 'action-required'; readonly url: string }
  | { readonly kind: 'processing' }
  | { readonly kind: 'cancelled' }

/** `authentication_failed`: the step at the bank was refused or failed. `authentication_required`: no step of the bank's can be offered. */
export type DeclineReason = 'card_declined' | 'insufficient_funds' | 'expired_card' | 'authentication_required' | 'authentication_failed'

export type GatewayFailure =
  /** No answer, or one that says nothing about the outcome: it may have happened. */
  | Failure<'GATEWAY_UNKNOWN'>
  /** Nothing was sent: it has not been answering, and is left alone for some seconds. */
  | Failure<'GATEWAY_AWAY'>
  /** The gateway will not do this however often we ask: our request or our account is wrong. */
  | (Failure<'GATEWAY_REFUSED'> & { readonly detail: string })
