import { z } from 'zod'
import { formatMoney } from '#/domain/money.ts'
import type { OrderState } from '#/domain/order-state.ts'
import { unreachable } from '#/domain/unreachable.ts'
import type { Db } from '../db/client.ts'

/**
 * What can happen to an order. `state`: it went on to another state · `action`: the bank asks its customer to confirm · `cancel-requested`
 * and `trouble`: noted without a change of state. Shipments and refunds carry their data in `detail`.
 */
export const EVENT_KINDS = [
  'state',
  'action',
  'cancel-requested',
  'trouble',
  'shipped',
  'refund-requested',
  'refunded',
  'refund-failed',
] as const
export type EventKind = (typeof EVENT_KINDS)[number]

export type OrderEvent = {
  readonly version: number
  readonly atMs: number
  readonly kind: EventKind
  /** The order's state and attempt after it. */
  readonly state: OrderState
  readonly attempt: number
  readonly reason: string | null
  readonly detail: unknown
}

const kindSchema = z.enum(EVENT_KINDS)

/**
 * Everything that happened to an order, oldest first; empty for one that Postgres does not know. The first step, intake's decision, is told
 * by the order itself: nothing follows a rejection.
 */
export async function readHistory(db: Db, orderId: string): Promise<OrderEvent[]> {
  const order = await db.order.findUnique({ where: { id: orderId }, include: { events: { orderBy: { version: 'asc' } } } })
  if (!order) return []
  const isRejected = order.state === 'REJECTED'
  const first: OrderEvent = {
    version: 1,
    atMs: order.recordedAt.getTime(),
    kind: 'state',
    state: isRejected ? 'REJECTED' : 'ALLOCATED',
    attempt: 0,
    reason: isRejected ? order.reason : null,
    detail: null,
  }
  const later = order.events.map(({ version, at, kind, state, attempt, reason, detail }) => {
    return { version, atMs: at.getTime(), kind: kindSchema.parse(kind), state, attempt, reason, detail }
  })
  return [first, ...later]
}

/** The event in plain words, for somebody who looks after the shop. */
export function eventWords(event: OrderEvent): string {
  switch (event.kind) {
    case 'state':
      return stateWords(event)
    case 'action':
      return `The bank asks the shopper to confirm attempt ${event.attempt}`
    case 'cancel-requested':
      return event.reason === 'BY_SHOPPER' ? 'The shopper asked to cancel' : `Cancelling was asked for${because(event.reason)}`
    case 'trouble':
      return `Needs a person: ${event.reason ?? 'nobody noted why'}`
    case 'shipped':
      return `A parcel left${shippedWith(event.detail)}${event.state === 'FULFILLED' ? ', and nothing is left to ship' : ''}`
    case 'refund-requested':
      return `A refund was asked for${amountOf(event.detail)}${because(event.reason)}`
    case 'refunded':
      return `Money was given back${amountOf(event.detail)}${event.state === 'REFUNDED' ? ', and with it everything' : ''}`
    case 'refund-failed':
      return `A refund failed${amountOf(event.detail)}${because(event.reason)}`
    default:
      return unreachable(event.kind)
  }
}

function stateWords({ state, attempt, reason }: OrderEvent): string {
  switch (state) {
    case 'ALLOCATED':
      return 'Received, and stock set aside'
    case 'REJECTED':
      return `Refused before any charge${because(reason)}`
    case 'PAYING':
      return `Attempt ${attempt} to take payment begins`
    case 'ACTION_REQUIRED':
      return `The bank asks the shopper to confirm attempt ${attempt}`
    case 'DECLINED':
      return `Attempt ${attempt} was declined${because(reason)}`
    case 'CONFIRMED':
      return 'Paid and confirmed'
    case 'CANCELLED':
      return `Cancelled, and stock given back${because(reason)}`
    case 'FULFILLED':
      return 'Everything has been shipped'
    case 'REFUNDED':
      return 'Everything has been refunded'
    default:
      return unreachable(state)
  }
}

const REASONS: Record<string, string> = {
  SOLD_OUT: 'sold out',
  CUSTOMER_LIMIT_REACHED: 'the customer has as many as one may have',
  CODE_USED_UP: 'the code was used up',
  NOT_ACCEPTED: 'somebody closed its dead letter',
  NOT_PAID_IN_TIME: 'no payment came in time',
  PAYMENT_CANCELLED: 'the payment was cancelled at the gateway',
  BY_SHOPPER: 'the shopper asked for it',
  BY_MERCHANT: 'the merchant asked for it',
  PAID_AFTER_CANCEL: 'the order was cancelled and paid nevertheless',
  card_declined: 'the bank did not say why',
  insufficient_funds: 'not enough money on the card',
  expired_card: 'the card has expired',
  authentication_required: 'the bank wants a confirmation that was not given',
  authentication_failed: 'the step at the bank was refused or failed',
}

function because(reason: string | null): string {
  return reason === null ? '' : `: ${Object.hasOwn(REASONS, reason) ? REASONS[reason] : reason}`
}

const parcel = z.object({ carrier: z.string(), tracking: z.string() })
const sum = z.object({ amountMinor: z.int() })

function shippedWith(detail: unknown): string {
  const parsed = parcel.safeParse(detail)
  return parsed.success ? ` with ${parsed.data.carrier}, ${parsed.data.tracking}` : ''
}

function amountOf(detail: unknown): string {
  const parsed = sum.safeParse(detail)
  return parsed.success ? `, ${formatMoney({ minor: parsed.data.amountMinor, currency: 'EUR' })}` : ''
}
