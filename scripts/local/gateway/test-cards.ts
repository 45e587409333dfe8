/** What a bank does with a card: takes it, refuses it with Stripe's codes, or asks for a step of its holder. */
export type CardOutcome =
  | { readonly kind: 'charged' }
  | { readonly kind: 'declined'; readonly code: string; readonly declineCode: string; readonly message: string }
  /** `later`: what the bank does once its customer has confirmed. */
  | { readonly kind: 'requires_action'; readonly later: SettledOutcome }
  /** `later`: what it says in the end. */
  | { readonly kind: 'processing'; readonly later: SettledOutcome }

export type SettledOutcome = Extract<CardOutcome, { kind: 'charged' | 'declined' }>

/** `refunds`: how a refund to the card begins, and what becomes of it a while later. */
export type TestCard = {
  /** What is typed to mean it. */
  readonly number?: string
  readonly brand: string
  readonly last4: string
  readonly outcome: CardOutcome
  readonly refunds?: { readonly first: 'pending' | 'succeeded'; readonly later: 'succeeded' | 'failed' }
}

const charged: SettledOutcome = { kind: 'charged' }
const declined = (code: string, declineCode: string, message: string): SettledOutcome => ({ kind: 'declined', code, declineCode, message })
const asksFirst = (later: SettledOutcome): CardOutcome => ({ kind: 'requires_action', later })
const generic = declined('card_declined', 'generic_decline', 'Your card was declined.')
const noFunds = declined('card_declined', 'insufficient_funds', 'Your card has insufficient funds.')

/** Stripe's test payment methods, and two of ours (`pm_local_…`) for banks that take their time. Source: https://docs.stripe.com/testing */
const cards: Record<string, TestCard> = {
  pm_card_visa: { number: '4242424242424242', brand: 'visa', last4: '4242', outcome: charged },
  pm_card_mastercard: { number: '5555555555554444', brand: 'mastercard', last4: '4444', outcome: charged },
  pm_card_amex: { number: '378282246310005', brand: 'amex', last4: '0005', outcome: charged },
  pm_card_chargeDeclined: { number: '4000000000000002', brand: 'visa', last4: '0002', outcome: generic },
  pm_card_visa_chargeDeclined: { brand: 'visa', last4: '0002', outcome: generic },
  pm_card_chargeDeclinedInsufficientFunds: { number: '4000000000009995', brand: 'visa', last4: '9995', outcome: noFunds },
  pm_card_visa_chargeDeclinedInsufficientFunds: { brand: 'visa', last4: '9995', outcome: noFunds },
  pm_card_chargeDeclinedExpiredCard: {
    number: '4000000000000069',
    brand: 'visa',
    last4: '0069',
    outcome: declined('expired_card', 'expired_card', 'Your card has expired.'),
  },
  pm_card_authenticationRequired: { number: '4000002760003184', brand: 'visa', last4: '3184', outcome: asksFirst(charged) },
  pm_card_threeDSecure2Required: { number: '4000000000003220', brand: 'visa', last4: '3220', outcome: asksFirst(charged) },
  pm_card_authenticationRequiredChargeDeclinedInsufficientFunds: { brand: 'visa', last4: '3178', outcome: asksFirst(noFunds) },
  pm_local_processing: { brand: 'visa', last4: '0001', outcome: { kind: 'processing', later: charged } },
  pm_local_processingDeclined: { brand: 'visa', last4: '0003', outcome: { kind: 'processing', later: generic } },
  pm_card_pendingRefund: {
    number: '4000000000007726',
    brand: 'visa',
    last4: '7726',
    outcome: charged,
    refunds: { first: 'pending', later: 'succeeded' },
  },
  pm_card_refundFail: {
    number: '4000000000005126',
    brand: 'visa',
    last4: '5126',
    outcome: charged,
    refunds: { first: 'succeeded', later: 'failed' },
  },
}

/** The payment method that a number stands for. */
export function testCardOfNumber(number: string): string | undefined {
  return Object.entries(cards).find(([, card]) => card.number === number)?.[0]
}

export function findTestCard(paymentMethod: string): TestCard | undefined {
  return Object.hasOwn(cards, paymentMethod) ? cards[paymentMethod] : undefined
}
