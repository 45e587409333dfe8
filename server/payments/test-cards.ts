/**
 * Stripe's test payment methods that the checkout offers; none of them is a card and none moves money.
 * Source: https://docs.stripe.com/testing
 */
export const TEST_CARDS = {
  pm_card_visa: 'Visa ending 4242',
  pm_card_mastercard: 'Mastercard ending 4444',
  pm_card_chargeDeclined: 'Visa ending 0002 (is declined)',
  pm_card_visa_chargeDeclinedInsufficientFunds: 'Visa ending 9995 (has no funds)',
  pm_card_authenticationRequired: 'Visa ending 3184 (its bank asks first)',
} as const

export type TestCard = keyof typeof TEST_CARDS

export function isTestCard(text: string): text is TestCard {
  return Object.hasOwn(TEST_CARDS, text)
}
