import { z } from 'zod'
import type { Books } from './books.ts'
import { GatewayError, missing } from './gateway-error.ts'
import { newClientSecret, newId, type PaymentIntent } from './objects.ts'
import type { Outcome } from './outcome.ts'

/** Least and most of a charge in euro cents. Source: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts */
const MINIMUM_AMOUNT = 50
const MAXIMUM_AMOUNT = 99_999_999

export const metadata = z.record(z.string().max(40), z.string().max(500)).refine((entries) => Object.keys(entries).length <= 50)
export const expand = z.array(z.string()).optional()

export const createParams = z.strictObject({
  amount: z.coerce.number().pipe(z.int().min(MINIMUM_AMOUNT).max(MAXIMUM_AMOUNT)),
  currency: z.literal('eur'),
  allowed_payment_method_types: z.array(z.literal('card')).optional(),
  description: z.string().max(1000).optional(),
  receipt_email: z.string().max(800).optional(),
  metadata: metadata.optional(),
  expand,
})

export const cancelParams = z.strictObject({
  cancellation_reason: z.enum(['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer']).optional(),
  expand,
})

export function createIntent(params: z.infer<typeof createParams>, now: number): Outcome {
  const id = newId('pi')
  const intent: PaymentIntent = {
    id,
    object: 'payment_intent',
    amount: params.amount,
    amount_capturable: 0,
    amount_received: 0,
    allowed_payment_method_types: params.allowed_payment_method_types ?? null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic_async',
    client_secret: newClientSecret(id),
    confirmation_method: 'automatic',
    created: Math.floor(now / 1000),
    currency: params.currency,
    customer: null,
    description: params.description ?? null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    metadata: params.metadata ?? {},
    next_action: null,
    payment_method: null,
    payment_method_types: ['card'],
    receipt_email: params.receipt_email ?? null,
    status: 'requires_payment_method',
  }
  return { intents: [intent], answer: intent }
}

export function cancelIntent(books: Books, id: string, params: z.infer<typeof cancelParams>, now: number): Outcome {
  const intent = findIntent(books, id)
  if (['succeeded', 'canceled', 'processing'].includes(intent.status)) throw unexpectedState(intent, 'cancel')
  const canceled: PaymentIntent = {
    ...intent,
    status: 'canceled',
    canceled_at: Math.floor(now / 1000),
    cancellation_reason: params.cancellation_reason ?? null,
    next_action: null,
  }
  return { intents: [canceled], answer: canceled }
}

export function findIntent(books: Books, id: string): PaymentIntent {
  const intent = books.intent(id)
  if (!intent) throw missing('payment_intent', id, 'intent')
  return intent
}

export function unexpectedState(intent: PaymentIntent, verb: string): GatewayError {
  const message = `You cannot ${verb} this PaymentIntent because it has a status of ${intent.status}.`
  const body = { type: 'invalid_request_error' as const, code: 'payment_intent_unexpected_state', message, payment_intent: intent }
  return new GatewayError(400, body, { executed: true })
}
