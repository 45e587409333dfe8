import { z } from 'zod'
import type { Books } from './books.ts'
import { GatewayError, invalidRequest, missing } from './gateway-error.ts'
import { type Charge, newId, type Refund } from './objects.ts'
import type { Changes, Outcome } from './outcome.ts'
import { expand, findIntent, metadata } from './payment-intents.ts'
import { findTestCard } from './test-cards.ts'

export const refundParams = z
  .strictObject({
    payment_intent: z.string().max(200).optional(),
    charge: z.string().max(200).optional(),
    amount: z.coerce.number().pipe(z.int().min(1)).optional(),
    reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
    metadata: metadata.optional(),
    expand,
  })
  .refine((params) => (params.payment_intent === undefined) !== (params.charge === undefined), {
    error: 'Name a payment intent or a charge, not both.',
    path: ['charge'],
  })

/** Gives money of a charge back, never more than was captured. The caller holds its intent. */
export function createRefund(books: Books, params: z.infer<typeof refundParams>, now: number): Outcome {
  const charge = chargeOf(books, params)
  const left = charge.amount_captured - charge.amount_refunded
  if (left === 0) throw refused(`Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' })
  const amount = params.amount ?? left
  if (amount > left) {
    const message = `Refund amount (${euros(amount)}) is greater than unrefunded amount on charge (${euros(left)})`
    throw refused(message, { code: 'amount_too_large', param: 'amount' })
  }
  const refund: Refund = {
    id: newId('re'),
    object: 'refund',
    amount,
    balance_transaction: null,
    charge: charge.id,
    created: Math.floor(now / 1000),
    currency: charge.currency,
    metadata: params.metadata ?? {},
    payment_intent: charge.payment_intent,
    reason: params.reason ?? null,
    status: findTestCard(charge.payment_method)?.refunds?.first ?? 'succeeded',
  }
  return { refunds: [refund], charges: [refundedBy(charge, amount)], answer: refund }
}

/** What becomes of a refund a while later, as its card says; null where it stands. The caller holds its intent. */
export function laterOf(books: Books, refundId: string): Changes | null {
  const refund = books.refund(refundId)
  const charge = refund && books.charge(refund.charge)
  const fate = charge && findTestCard(charge.payment_method)?.refunds
  if (!refund || !charge || !fate || refund.status !== fate.first) return null
  if (fate.later === 'succeeded') return { refunds: [{ ...refund, status: 'succeeded' }] }
  // The money comes back to the shop's balance, and may be refunded in another way.
  const failed: Refund = { ...refund, status: 'failed', failure_reason: 'expired_or_canceled_card' }
  return { refunds: [failed], charges: [refundedBy(charge, -refund.amount)] }
}

export function findRefund(books: Books, id: string): Refund {
  const refund = books.refund(id)
  if (!refund) throw missing('refund', id)
  return refund
}

function chargeOf(books: Books, { payment_intent: intentId, charge: chargeId }: z.infer<typeof refundParams>): Charge {
  if (chargeId === undefined) {
    const intent = findIntent(books, intentId ?? '')
    const charge = intent.status === 'succeeded' && intent.latest_charge ? books.charge(intent.latest_charge) : undefined
    if (!charge) throw refused(`This PaymentIntent (${intent.id}) does not have a successful charge to refund.`, {})
    return charge
  }
  const charge = books.charge(chargeId)
  if (!charge) throw missing('charge', chargeId, 'charge')
  if (charge.status !== 'succeeded') throw refused(`Charge ${chargeId} did not succeed and cannot be refunded.`, {})
  return charge
}

function refundedBy(charge: Charge, amount: number): Charge {
  const amountRefunded = charge.amount_refunded + amount
  return { ...charge, amount_refunded: amountRefunded, refunded: amountRefunded === charge.amount_captured }
}

function refused(message: string, detail: { code?: string; param?: string }): GatewayError {
  return new GatewayError(400, { ...invalidRequest(message, detail).body }, { executed: true })
}

function euros(amount: number): string {
  return `€${(amount / 100).toFixed(2)}`
}
