import { randomBytes } from 'node:crypto'

/** The part of Stripe's PaymentIntent that anybody here reads. Amounts are minor units, times seconds since the epoch. */
export type PaymentIntent = {
  id: string
  object: 'payment_intent'
  amount: number
  amount_capturable: number
  amount_received: number
  allowed_payment_method_types: string[] | null
  canceled_at: number | null
  cancellation_reason: string | null
  capture_method: 'automatic_async'
  client_secret: string
  confirmation_method: 'automatic'
  created: number
  currency: string
  customer: null
  description: string | null
  last_payment_error: Record<string, unknown> | null
  latest_charge: string | null
  livemode: false
  metadata: Record<string, string>
  next_action: NextAction | null
  payment_method: string | null
  payment_method_types: string[]
  receipt_email: string | null
  status: 'requires_payment_method' | 'requires_confirmation' | 'requires_action' | 'processing' | 'succeeded' | 'canceled'
}

export type NextAction =
  | { type: 'redirect_to_url'; redirect_to_url: { url: string; return_url: string } }
  | { type: 'use_stripe_sdk'; use_stripe_sdk: Record<string, never> }

/** Where the customer of an intent's bank goes on after the last step that was asked for. Ours: Stripe keeps it to itself. */
export type BankStep = { intentId: string; url: string; returnUrl: string }

/** The part of Stripe's Charge that the books need. */
export type Charge = {
  id: string
  object: 'charge'
  amount: number
  amount_captured: number
  amount_refunded: number
  captured: boolean
  created: number
  currency: string
  failure_code: string | null
  livemode: false
  metadata: Record<string, string>
  paid: boolean
  payment_intent: string
  payment_method: string
  payment_method_details: { type: 'card'; card: { brand: string; last4: string } }
  refunded: boolean
  status: 'succeeded' | 'failed'
}

/** The part of Stripe's Refund that anybody here reads. */
export type Refund = {
  id: string
  object: 'refund'
  amount: number
  balance_transaction: null
  charge: string
  created: number
  currency: string
  failure_reason?: string
  metadata: Record<string, string>
  payment_intent: string
  reason: 'duplicate' | 'fraudulent' | 'requested_by_customer' | null
  status: 'pending' | 'succeeded' | 'failed'
}

/** The part of Stripe's ConfirmationToken that anybody here reads, and the payment method it stands for, which is shown to nobody. */
export type ConfirmationToken = {
  id: string
  object: 'confirmation_token'
  created: number
  expires_at: number | null
  livemode: false
  payment_intent: string | null
  paymentMethod: string
  return_url: null
  use_stripe_sdk: boolean
}

/** `pi_3Qx…`: a prefix and 24 letters and digits. */
export function newId(prefix: 'pi' | 'ch' | 're' | 'evt' | 'ctoken' | 'req' | 'step'): string {
  return `${prefix}_${randomText(24)}`
}

export function newClientSecret(intentId: string): string {
  return `${intentId}_secret_${randomText(24)}`
}

function randomText(length: number): string {
  return randomBytes(length).toString('base64url').replace(/[-_]/g, '0').slice(0, length)
}
