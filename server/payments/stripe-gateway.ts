import Stripe from 'stripe'
import { fail, ok, type Result } from '#/domain/result.ts'
import type { DeclineReason, GatewayFailure, IntentStatus, PaymentGateway, RefundStatus } from './payment-gateway.ts'

/** Longer than a slow bank, shorter than a job's lock. */
const TIMEOUT_MS = 8000

/**
 * The port to the gateway through Stripe's own SDK; `apiUrl` points it at a server that speaks the same wire. The SDK sends a request whose
 * connection was closed once more by itself, which cannot be switched off (23.1): our keys make that harmless.
 */
export function stripeGateway(secretKey: string, apiUrl?: string, timeoutMs = TIMEOUT_MS): PaymentGateway {
  const stripe = new Stripe(secretKey, { maxNetworkRetries: 0, timeout: timeoutMs, telemetry: false, ...at(apiUrl) })
  return {
    createIntent: ({ orderId, amountMinor, currency, idempotencyKey }) =>
      attempt(async () => {
        const intent = await stripe.paymentIntents.create(
          { amount: amountMinor, currency: currency.toLowerCase(), allowed_payment_method_types: ['card'], metadata: { orderId } },
          { idempotencyKey },
        )
        return { intentId: intent.id }
      }),
    confirm: async (intentId, { paymentMethod, returnUrl, idempotencyKey }) => {
      try {
        // A token would have the bank's step shown by Stripe.js; ours is a page that the shopper is sent to.
        const means = paymentMethod.startsWith('ctoken_')
          ? { confirmation_token: paymentMethod, use_stripe_sdk: false }
          : { payment_method: paymentMethod }
        return ok(toStatus(await stripe.paymentIntents.confirm(intentId, { ...means, return_url: returnUrl }, { idempotencyKey })))
      } catch (error) {
        if (error instanceof Stripe.errors.StripeCardError)
          return ok({ kind: 'declined', reason: toReason(error.code, error.decline_code) })
        return toFailure(error)
      }
    },
    retrieve: (intentId) => attempt(async () => toStatus(await stripe.paymentIntents.retrieve(intentId))),
    cancel: async (intentId) => {
      const cancelled = await attempt(async () => toStatus(await stripe.paymentIntents.cancel(intentId)))
      if (cancelled.ok || cancelled.code !== 'GATEWAY_REFUSED') return cancelled
      return attempt(async () => toStatus(await stripe.paymentIntents.retrieve(intentId)))
    },
    refund: (intentId, { refundId, amountMinor, idempotencyKey }) =>
      attempt(async () => {
        const wanted = { payment_intent: intentId, amount: amountMinor, metadata: { refundId } }
        return toRefundStatus(await stripe.refunds.create(wanted, { idempotencyKey }))
      }),
    findRefund: (intentId, refundId) =>
      attempt(async () => {
        for await (const refund of stripe.refunds.list({ payment_intent: intentId, limit: 100 })) {
          if (refund.metadata?.refundId === refundId) return toRefundStatus(refund)
        }
        return null
      }),
  }
}

function toRefundStatus({ id, status, amount }: Stripe.Refund): RefundStatus {
  const kind = status === 'succeeded' ? 'succeeded' : status === 'failed' || status === 'canceled' ? 'failed' : 'pending'
  return { kind, gatewayRefundId: id, amountMinor: amount }
}

function at(apiUrl: string | undefined) {
  if (!apiUrl) return {}
  const { protocol, hostname, port } = new URL(apiUrl)
  return { protocol: protocol === 'http:' ? ('http' as const) : ('https' as const), host: hostname, ...(port ? { port } : {}) }
}

async function attempt<T>(call: () => Promise<T>): Promise<Result<T, GatewayFailure>> {
  try {
    return ok(await call())
  } catch (error) {
    return toFailure(error)
  }
}

/** What asking again cannot change is a refusal; everything else may have happened or may yet work. */
function toFailure(error: unknown): GatewayFailure {
  const { errors } = Stripe
  if (
    error instanceof errors.StripeInvalidRequestError ||
    error instanceof errors.StripeAuthenticationError ||
    error instanceof errors.StripePermissionError
  ) {
    // 409: the same key is being worked on, or another request holds the intent.
    if (error.statusCode === 409) return fail('GATEWAY_UNKNOWN')
    return fail('GATEWAY_REFUSED', { detail: `${error.type} ${error.code ?? ''}`.trim() })
  }
  if (error instanceof errors.StripeError) return fail('GATEWAY_UNKNOWN')
  throw error
}

function toStatus(intent: Stripe.PaymentIntent): IntentStatus {
  switch (intent.status) {
    case 'succeeded':
      return { kind: 'succeeded', amountMinor: intent.amount_received, currency: intent.currency, orderId: intent.metadata.orderId ?? null }
    case 'canceled':
      return { kind: 'cancelled' }
    case 'processing':
    case 'requires_capture':
      return { kind: 'processing' }
    case 'requires_action': {
      const url = intent.next_action?.redirect_to_url?.url
      // A step that no page of ours can offer: the shopper is asked for another card.
      return url ? { kind: 'action-required', url } : { kind: 'declined', reason: 'authentication_required' }
    }
    default:
      return intent.last_payment_error
        ? { kind: 'declined', reason: toReason(intent.last_payment_error.code, intent.last_payment_error.decline_code) }
        : { kind: 'unpaid' }
  }
}

/** Stripe's codes, in as few kinds as there are different words for a shopper. Source: https://docs.stripe.com/declines/codes */
function toReason(code: string | undefined, declineCode: string | undefined): DeclineReason {
  if (code === 'expired_card') return 'expired_card'
  if (code === 'payment_intent_authentication_failure') return 'authentication_failed'
  if (code === 'authentication_required' || declineCode === 'authentication_required') return 'authentication_required'
  return declineCode === 'insufficient_funds' ? 'insufficient_funds' : 'card_declined'
}
