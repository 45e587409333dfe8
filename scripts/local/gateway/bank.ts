import type { Books } from './books.ts'
import { settleIntent } from './confirm-intent.ts'
import type { BankStep, PaymentIntent } from './objects.ts'
import type { Changes } from './outcome.ts'
import { findTestCard } from './test-cards.ts'

/** What somebody at the bank's page finds: a step to take, or why there is none any more. */
export type AtBank =
  | { readonly kind: 'asked'; readonly intent: PaymentIntent; readonly paymentMethod: string }
  | { readonly kind: 'over'; readonly why: 'paid' | 'cancelled' | 'refused' | 'replaced'; readonly backUrl: string }
  | { readonly kind: 'unknown' }

/** `query` is that of the address that the page was opened at: each step that was asked for has one of its own. */
export function lookAtBank(books: Books, intentId: string, query: string): AtBank {
  const intent = books.intent(intentId)
  const step = books.step(intentId)
  if (!intent || !step) return { kind: 'unknown' }
  const over = (why: 'paid' | 'cancelled' | 'refused' | 'replaced'): AtBank => ({ kind: 'over', why, backUrl: backUrl(intent, step) })
  if (intent.status === 'succeeded') return over('paid')
  if (intent.status === 'canceled') return over('cancelled')
  if (intent.status !== 'requires_action') return over(isAt(step.url, query) ? 'refused' : 'replaced')
  const asked = intent.next_action?.type === 'redirect_to_url' && isAt(intent.next_action.redirect_to_url.url, query)
  return asked && intent.payment_method ? { kind: 'asked', intent, paymentMethod: intent.payment_method } : over('replaced')
}

/** The step is taken: the bank charges the card, or does not. The caller holds the intent. */
export function answerBank({ intent, paymentMethod }: AtBank & { kind: 'asked' }, confirmed: boolean, now: number): Changes {
  const card = findTestCard(paymentMethod)
  if (card?.outcome.kind !== 'requires_action') throw new Error(`${intent.id} waits for a card that asks for nothing`)
  if (!confirmed) return { intents: [notAuthenticated(intent, paymentMethod)] }
  const { answer: _answer, ...changes } = settleIntent(intent, paymentMethod, card, card.outcome.later, now)
  return changes
}

/** Where the customer goes on, with what Stripe tells the shop there. Source: https://docs.stripe.com/payments/finalize-payments-on-the-server */
export function backUrl(intent: PaymentIntent, { returnUrl }: BankStep): string {
  const back = new URL(returnUrl)
  back.searchParams.set('payment_intent', intent.id)
  back.searchParams.set('payment_intent_client_secret', intent.client_secret)
  back.searchParams.set('redirect_status', intent.status === 'succeeded' ? 'succeeded' : 'failed')
  return back.href
}

function isAt(url: string, query: string): boolean {
  return new URL(url).search === query
}

function notAuthenticated(intent: PaymentIntent, paymentMethod: string): PaymentIntent {
  return {
    ...intent,
    status: 'requires_payment_method',
    payment_method: null,
    next_action: null,
    last_payment_error: {
      type: 'invalid_request_error',
      code: 'payment_intent_authentication_failure',
      message:
        'The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.',
      payment_method: { id: paymentMethod, object: 'payment_method', type: 'card' },
    },
  }
}
