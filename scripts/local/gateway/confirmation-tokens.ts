import { z } from 'zod'
import type { Books } from './books.ts'
import { GatewayError, invalidRequest, missing } from './gateway-error.ts'
import { type ConfirmationToken, newId } from './objects.ts'
import type { Outcome } from './outcome.ts'
import { expand } from './payment-intents.ts'
import { findTestCard, testCardOfNumber } from './test-cards.ts'

/** Source: https://docs.stripe.com/api/confirmation_tokens/object */
const EXPIRES_AFTER_SECONDS = 12 * 3600

/** What the form in a browser sends, straight to the gateway: the only request anywhere that holds a card's number. */
export const tokenParams = z.strictObject({
  payment_method_data: z.strictObject({
    type: z.literal('card'),
    card: z.strictObject({
      number: z.string().regex(/^\d{12,19}$/),
      exp_month: z.coerce.number().pipe(z.int().min(1).max(12)),
      exp_year: z.coerce.number().pipe(z.int().min(2000).max(2100)),
      cvc: z.string().regex(/^\d{3,4}$/),
    }),
  }),
  key: z.string().max(200).optional(),
})

export const testTokenParams = z.strictObject({ payment_method: z.string().max(200), expand })

/** A token stands for the card; the number itself is kept nowhere. */
export function createToken({ payment_method_data: { card } }: z.infer<typeof tokenParams>, now: number): Outcome {
  const paymentMethod = testCardOfNumber(card.number)
  if (!paymentMethod) {
    const message = 'Your card was declined. Your request was in test mode, but used a non test card.'
    throw new GatewayError(402, { type: 'card_error', code: 'card_declined', decline_code: 'test_mode_live_card', message })
  }
  return newToken(paymentMethod, now)
}

export function createTestToken({ payment_method: paymentMethod }: z.infer<typeof testTokenParams>, now: number): Outcome {
  if (!findTestCard(paymentMethod)) throw missing('PaymentMethod', paymentMethod, 'payment_method')
  return newToken(paymentMethod, now)
}

/** The token's card, once: `used` is for the books, together with what comes of the card. */
export function spendToken(books: Books, id: string, intentId: string, now: number): { paymentMethod: string; used: ConfirmationToken } {
  const token = books.token(id)
  if (!token) throw missing('confirmation_token', id, 'confirmation_token')
  if (token.payment_intent !== null) throw invalidRequest(`ConfirmationToken ${id} was used already.`, { param: 'confirmation_token' })
  if (token.expires_at !== null && token.expires_at * 1000 <= now) {
    throw invalidRequest(`ConfirmationToken ${id} has expired.`, { param: 'confirmation_token' })
  }
  return { paymentMethod: token.paymentMethod, used: { ...token, payment_intent: intentId, expires_at: null } }
}

/** As it is shown: what it stands for is the gateway's own. */
export function shownToken({ paymentMethod, ...token }: ConfirmationToken) {
  const { brand, last4 } = findTestCard(paymentMethod) ?? {}
  return { ...token, payment_method_preview: { type: 'card', card: { brand, last4 } } }
}

export function findToken(books: Books, id: string): ConfirmationToken {
  const token = books.token(id)
  if (!token) throw missing('confirmation_token', id)
  return token
}

function newToken(paymentMethod: string, now: number): Outcome {
  const created = Math.floor(now / 1000)
  const token: ConfirmationToken = {
    id: newId('ctoken'),
    object: 'confirmation_token',
    created,
    expires_at: created + EXPIRES_AFTER_SECONDS,
    livemode: false,
    payment_intent: null,
    paymentMethod,
    return_url: null,
    use_stripe_sdk: true,
  }
  return { tokens: [token], answer: shownToken(token) }
}
