import { z } from 'zod'
import type { Books } from './books.ts'
import { GatewayError, invalidRequest, missing } from './gateway-error.ts'
import { type Charge, newClientSecret, newId, type PaymentIntent } from './objects.ts'
import { findTestCard, type TestCard } from './test-cards.ts'

/** What an operation changed and what it answers; a decline changes the books and is an error at once. */
export type Outcome = { intents?: PaymentIntent[]; charges?: Charge[]; answer: PaymentIntent | GatewayError }

/** Least and most of a charge in euro cents. Source: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts */
const MINIMUM_AMOUNT = 50
const MAXIMUM_AMOUNT = 99_999_999

const metadata = z.record(z.string().max(40), z.string().max(500)).refine((entries) => Object.keys(entries).length <= 50)
const expand = z.array(z.string()).optional()

export const createParams = z.strictObject({
  amount: z.coerce.number().pipe(z.int().min(MINIMUM_AMOUNT).max(MAXIMUM_AMOUNT)),
  currency: z.literal('eur'),
  allowed_payment_method_types: z.array(z.literal('card')).optional(),
  description: z.string().max(1000).optional(),
  receipt_email: z.string().max(800).optional(),
  metadata: metadata.optional(),
  expand,
})

export const confirmParams = z.strictObject({
  payment_method: z.string().max(200).optional(),
  return_url: z.string().max(2048).optional(),
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

/** Charges the intent once, or says why not. The caller holds the intent, so that no two confirms of it meet. */
export function confirmIntent(books: Books, id: string, params: z.infer<typeof confirmParams>, now: number): Outcome {
  const intent = findIntent(books, id)
  if (intent.status === 'succeeded' || intent.status === 'canceled') throw unexpectedState(intent, 'confirm')
  const paymentMethod = params.payment_method ?? intent.payment_method
  if (!paymentMethod) {
    throw invalidRequest('You cannot confirm this PaymentIntent because it is missing a payment method.', {
      code: 'payment_intent_unexpected_state',
    })
  }
  const card = findTestCard(paymentMethod)
  if (!card) throw missing('PaymentMethod', paymentMethod, 'payment_method')

  switch (card.outcome.kind) {
    case 'charged': {
      const charge = newCharge(intent, paymentMethod, card, now, null)
      const charged: PaymentIntent = {
        ...intent,
        status: 'succeeded',
        payment_method: paymentMethod,
        amount_received: intent.amount,
        latest_charge: charge.id,
        last_payment_error: null,
        next_action: null,
      }
      return { intents: [charged], charges: [charge], answer: charged }
    }
    case 'requires_action': {
      const waiting: PaymentIntent = {
        ...intent,
        status: 'requires_action',
        payment_method: paymentMethod,
        next_action: { type: 'use_stripe_sdk', use_stripe_sdk: {} },
      }
      return { intents: [waiting], answer: waiting }
    }
    case 'declined': {
      const { code, declineCode, message } = card.outcome
      const charge = newCharge(intent, paymentMethod, card, now, code)
      const error = { type: 'card_error' as const, code, decline_code: declineCode, message, charge: charge.id }
      const declined: PaymentIntent = {
        ...intent,
        status: 'requires_payment_method',
        payment_method: null,
        latest_charge: charge.id,
        last_payment_error: { ...error, payment_method: { id: paymentMethod, object: 'payment_method', type: 'card' } },
        next_action: null,
      }
      return {
        intents: [declined],
        charges: [charge],
        answer: new GatewayError(402, { ...error, payment_intent: declined }, { executed: true }),
      }
    }
  }
}

export function cancelIntent(books: Books, id: string, params: z.infer<typeof cancelParams>, now: number): Outcome {
  const intent = findIntent(books, id)
  if (intent.status === 'succeeded' || intent.status === 'canceled') throw unexpectedState(intent, 'cancel')
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

function unexpectedState(intent: PaymentIntent, verb: string): GatewayError {
  const message = `You cannot ${verb} this PaymentIntent because it has a status of ${intent.status}.`
  const body = { type: 'invalid_request_error' as const, code: 'payment_intent_unexpected_state', message, payment_intent: intent }
  return new GatewayError(400, body, { executed: true })
}

function newCharge(intent: PaymentIntent, paymentMethod: string, card: TestCard, now: number, failureCode: string | null): Charge {
  const paid = failureCode === null
  return {
    id: newId('ch'),
    object: 'charge',
    amount: intent.amount,
    amount_captured: paid ? intent.amount : 0,
    amount_refunded: 0,
    captured: paid,
    created: Math.floor(now / 1000),
    currency: intent.currency,
    failure_code: failureCode,
    livemode: false,
    metadata: intent.metadata,
    paid,
    payment_intent: intent.id,
    payment_method: paymentMethod,
    payment_method_details: { type: 'card', card: { brand: card.brand, last4: card.last4 } },
    refunded: false,
    status: paid ? 'succeeded' : 'failed',
  }
}
