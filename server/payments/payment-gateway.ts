import type { Currency } from '#/domain/money.ts'
import type { Failure, Result } from '#/domain/result.ts'

/** The port to the payment gateway. Every call has a timeout and no retries of its own: those live in the job. */
export type PaymentGateway = {
  /** An intent that charges nothing until it is confirmed. The same order gets the same intent while the gateway remembers the key. */
  createIntent(order: NewIntent): Promise<Result<{ intentId: string }, GatewayFailure>>
  /** Tries a card on the order's intent. Safe to repeat: an intent is charged once at most. */
  confirm(intentId: string, payment: { paymentMethod: string; idempotencyKey: string }): Promise<Result<IntentStatus, GatewayFailure>>
  retrieve(intentId: string): Promise<Result<IntentStatus, GatewayFailure>>
  /** Makes sure that no charge can follow; the answer says so, or that it is too late. */
  cancel(intentId: string): Promise<Result<IntentStatus, GatewayFailure>>
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
  | { readonly kind: 'processing' }
  | { readonly kind: 'cancelled' }

export type DeclineReason = 'card_declined' | 'insufficient_funds' | 'expired_card' | 'authentication_required'

export type GatewayFailure =
  /** No answer, or one that says nothing about the outcome: it may have happened. */
  | Failure<'GATEWAY_UNKNOWN'>
  /** The gateway will not do this however often we ask: our request or our account is wrong. */
  | (Failure<'GATEWAY_REFUSED'> & { readonly detail: string })
