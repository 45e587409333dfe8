import { type Charge, newId, type PaymentIntent, type Refund } from './objects.ts'
import type { Changes } from './outcome.ts'

/** The part of Stripe's Event that anybody here reads: something that happened, with the object as it was then. */
export type Event = {
  id: string
  object: 'event'
  api_version: null
  created: number
  data: { object: PaymentIntent | Charge | Refund }
  livemode: false
  pending_webhooks: number
  request: { id: null; idempotency_key: null }
  type: EventType
}

export type EventType =
  | `payment_intent.${'created' | 'succeeded' | 'payment_failed' | 'canceled' | 'requires_action' | 'processing'}`
  | `charge.${'succeeded' | 'failed' | 'refunded'}`
  | `refund.${'created' | 'updated' | 'failed'}`

/** What a webhook endpoint is told of. The others can be listed. */
export const TOLD: ReadonlySet<EventType> = new Set([
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'payment_intent.canceled',
  'payment_intent.requires_action',
  'payment_intent.processing',
  'charge.refunded',
  'refund.updated',
  'refund.failed',
])

/** How things stood before a change. */
export type Before = {
  intent(id: string): PaymentIntent | undefined
  charge(id: string): Charge | undefined
  refund(id: string): Refund | undefined
}

/** What a change means in Stripe's events. Source: https://docs.stripe.com/api/events/types */
export function eventsOf(before: Before, { intents = [], charges = [], refunds = [] }: Changes, now: number): Event[] {
  const event = (type: EventType, object: PaymentIntent | Charge | Refund): Event => ({
    id: newId('evt'),
    object: 'event',
    api_version: null,
    created: Math.floor(now / 1000),
    data: { object },
    livemode: false,
    pending_webhooks: 0,
    request: { id: null, idempotency_key: null },
    type,
  })
  return [
    ...intents.flatMap((intent) => typesOfIntent(before.intent(intent.id), intent).map((type) => event(type, intent))),
    ...charges.flatMap((charge) => typesOfCharge(before.charge(charge.id), charge).map((type) => event(type, charge))),
    ...refunds.flatMap((refund) => typesOfRefund(before.refund(refund.id), refund).map((type) => event(type, refund))),
  ]
}

function typesOfIntent(before: PaymentIntent | undefined, after: PaymentIntent): EventType[] {
  if (!before) return ['payment_intent.created']
  switch (after.status) {
    case 'succeeded':
    case 'canceled':
    case 'processing':
      return after.status === before.status ? [] : [`payment_intent.${after.status}`]
    case 'requires_action':
      return ['payment_intent.requires_action']
    default:
      return after.last_payment_error && after.last_payment_error !== before.last_payment_error ? ['payment_intent.payment_failed'] : []
  }
}

function typesOfCharge(before: Charge | undefined, after: Charge): EventType[] {
  if (!before) return [`charge.${after.status}`]
  return after.amount_refunded > before.amount_refunded ? ['charge.refunded'] : []
}

function typesOfRefund(before: Refund | undefined, after: Refund): EventType[] {
  if (!before) return ['refund.created']
  if (after.status === before.status) return []
  return after.status === 'failed' ? ['refund.updated', 'refund.failed'] : ['refund.updated']
}
