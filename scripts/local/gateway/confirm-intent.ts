import { z } from 'zod'
import type { Books } from './books.ts'
import { spendToken } from './confirmation-tokens.ts'
import { GatewayError, invalidRequest, missing } from './gateway-error.ts'
import { type Charge, newId, type PaymentIntent } from './objects.ts'
import type { Outcome } from './outcome.ts'
import { expand, findIntent, unexpectedState } from './payment-intents.ts'
import { findTestCard, type SettledOutcome, type TestCard } from './test-cards.ts'

export const confirmParams = z.strictObject({
  payment_method: z.string().max(200).optional(),
  confirmation_token: z.string().max(200).optional(),
  use_stripe_sdk: z.enum(['true', 'false']).optional(),
  return_url: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .optional(),
  expand,
})

/**
 * Charges the intent once, asks its customer for a step at `bankUrl`, or says why not. A card may follow on another that was declined or
 * is waiting for its holder. The caller holds the intent, so that no two confirms of it meet.
 */
export function confirmIntent(books: Books, id: string, params: z.infer<typeof confirmParams>, now: number, bankUrl: string): Outcome {
  const intent = findIntent(books, id)
  if (['succeeded', 'canceled', 'processing'].includes(intent.status)) throw unexpectedState(intent, 'confirm')
  const token = params.confirmation_token === undefined ? null : spendToken(books, params.confirmation_token, id, now)
  const paymentMethod = params.payment_method ?? token?.paymentMethod ?? intent.payment_method
  if (!paymentMethod) {
    throw invalidRequest('You cannot confirm this PaymentIntent because it is missing a payment method.', {
      code: 'payment_intent_unexpected_state',
    })
  }
  const card = findTestCard(paymentMethod)
  if (!card) throw missing('PaymentMethod', paymentMethod, 'payment_method')
  // A token asks for Stripe.js by itself; what the request says goes before what the token says.
  const showsItself = params.use_stripe_sdk === undefined ? token?.used.use_stripe_sdk : params.use_stripe_sdk === 'true'
  const outcome = tryCard(intent, { paymentMethod, card, returnUrl: showsItself ? undefined : params.return_url, now, bankUrl })
  return token ? { ...outcome, tokens: [token.used] } : outcome
}

type Try = {
  readonly paymentMethod: string
  readonly card: TestCard
  readonly returnUrl: string | undefined
  readonly now: number
  readonly bankUrl: string
}

function tryCard(intent: PaymentIntent, { paymentMethod, card, returnUrl, now, bankUrl }: Try): Outcome {
  const tried: PaymentIntent = { ...intent, payment_method: paymentMethod, last_payment_error: null, next_action: null }
  switch (card.outcome.kind) {
    case 'charged':
    case 'declined':
      return settleIntent(intent, paymentMethod, card, card.outcome, now)
    case 'processing': {
      const processing: PaymentIntent = { ...tried, status: 'processing' }
      return { intents: [processing], answer: processing }
    }
    case 'requires_action':
      return askFor(tried, returnUrl, bankUrl)
  }
}

/** The step at the bank has a page of its own where there is a way back from it; otherwise Stripe.js would show it. */
function askFor(tried: PaymentIntent, returnUrl: string | undefined, bankUrl: string): Outcome {
  const waiting: PaymentIntent = { ...tried, status: 'requires_action' }
  if (!returnUrl) {
    const shown: PaymentIntent = { ...waiting, next_action: { type: 'use_stripe_sdk', use_stripe_sdk: {} } }
    return { intents: [shown], answer: shown }
  }
  const step = { url: `${bankUrl}/${tried.id}?step=${newId('step')}`, return_url: returnUrl }
  const sent: PaymentIntent = { ...waiting, next_action: { type: 'redirect_to_url', redirect_to_url: step } }
  return { intents: [sent], steps: [{ intentId: tried.id, url: step.url, returnUrl }], answer: sent }
}

/** What a bank does in the end: takes the money, or refuses, which is an error in the answer. */
export function settleIntent(intent: PaymentIntent, paymentMethod: string, card: TestCard, outcome: SettledOutcome, now: number): Outcome {
  if (outcome.kind === 'charged') {
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
  const { code, declineCode, message } = outcome
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
  const answer = new GatewayError(402, { ...error, payment_intent: declined }, { executed: true })
  return { intents: [declined], charges: [charge], answer }
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
