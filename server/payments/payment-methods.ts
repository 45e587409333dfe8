import { env } from '../env.ts'
import { isTestCard } from './test-cards.ts'

/** What a shopper's browser needs for Stripe's card form. */
export type CardForm = { readonly publishableKey: string; readonly scriptUrl: string }

/** Null where there is no publishable key: shoppers pay with test cards. */
export function cardForm(): CardForm | null {
  const { STRIPE_PUBLISHABLE_KEY, STRIPE_JS_URL } = env()
  return STRIPE_PUBLISHABLE_KEY ? { publishableKey: STRIPE_PUBLISHABLE_KEY, scriptUrl: STRIPE_JS_URL } : null
}

/** Whether this is a token of Stripe's card form. */
export function isCardToken(text: string): boolean {
  return /^ctoken_\w{8,190}$/.test(text)
}

/** Whether shoppers of this store can pay with it: tokens where they have a card form, test cards where they have not, never both. */
export function isPaymentMethod(text: string): boolean {
  return cardForm() ? isCardToken(text) : isTestCard(text)
}
