import type { OrderState, VisibleState } from './order-state.ts'

/** One thing that happened to an order, as its history has it. */
export type PastEvent = {
  /** The order's own version after it. */
  readonly version: number
  readonly atMs: number
  readonly kind: string
  readonly state: OrderState
  readonly reason: string | null
  readonly detail: unknown
}

export type StepKind =
  | 'received'
  | 'stock'
  | 'payment'
  | 'bank'
  | 'declined'
  | 'cancel-asked'
  | 'confirmed'
  | 'parcel'
  | 'sent'
  | 'refund-asked'
  | 'refund-failed'
  | 'part-refunded'
  | 'refunded'
  | 'rejected'
  | 'cancelled'

/** A step of an order's way. Times are missing where nobody can tell, and of what is still to come. */
export type Step = {
  readonly kind: StepKind
  readonly place: 'past' | 'current' | 'ahead'
  readonly atMs: number | null
  readonly reason: string | null
  readonly detail: unknown
}

type Told = Omit<Step, 'place'>

export type Standing = {
  readonly placedAtMs: number
  /** Of the order as it is shown; what its history tells beyond that is left out, so that both say the same. */
  readonly version: number
  readonly state: VisibleState
  readonly reason: string | null
  readonly cancelling: boolean
  /** Oldest first; null where nobody can tell. */
  readonly history: readonly PastEvent[] | null
}

/** The way of an order so far, where it stands now (the one step that is `current`), and what is to come if all goes well. */
export function timelineOf(standing: Standing): Step[] {
  const { placedAtMs, version, history } = standing
  const events = history?.filter((event) => event.version <= version) ?? []
  const past = events.length > 0 ? withoutTries(events.flatMap(stepOf)) : toldByState(standing)
  const told = [{ kind: 'received', atMs: placedAtMs, reason: null, detail: null } as const, ...past]
  const steps = told.map((step, i): Step => ({ ...step, place: i === told.length - 1 ? 'current' : 'past' }))
  const ahead = aheadOf(standing, steps.at(-1)?.kind ?? 'received')
  return [...steps, ...ahead.map((kind): Step => ({ kind, place: 'ahead', atMs: null, reason: null, detail: null }))]
}

function stepOf({ kind, state, atMs, reason, detail }: PastEvent): Told[] {
  const found = kindOf(kind, state)
  return found ? [{ kind: found, atMs, reason, detail }] : []
}

/** Null for what is between the merchant and us. */
function kindOf(kind: string, state: OrderState): StepKind | null {
  switch (kind) {
    case 'state':
      return STEP_OF_STATE[state]
    case 'action':
      return 'bank'
    case 'cancel-requested':
      return 'cancel-asked'
    case 'shipped':
      return state === 'FULFILLED' ? 'sent' : 'parcel'
    case 'refund-requested':
      return 'refund-asked'
    case 'refunded':
      return state === 'REFUNDED' ? 'refunded' : 'part-refunded'
    case 'refund-failed':
      return 'refund-failed'
    default:
      return null
  }
}

const STEP_OF_STATE: Readonly<Record<OrderState, StepKind>> = {
  ALLOCATED: 'stock',
  REJECTED: 'rejected',
  PAYING: 'payment',
  ACTION_REQUIRED: 'bank',
  DECLINED: 'declined',
  CONFIRMED: 'confirmed',
  FULFILLED: 'sent',
  REFUNDED: 'refunded',
  CANCELLED: 'cancelled',
}

/** A try at payment that was declined, or that the bank took over, is told once, by what came of it. */
function withoutTries(steps: readonly Told[]): Told[] {
  return steps.filter(({ kind }, i) => kind !== 'payment' || !['declined', 'bank'].includes(steps[i + 1]?.kind ?? ''))
}

/** What must have happened for an order to be in its state. */
function toldByState({ state, reason, cancelling }: Standing): Told[] {
  if (state === 'RECEIVED') return []
  const last = STEP_OF_STATE[state]
  const before = last === 'rejected' || last === 'stock' ? [] : ['FULFILLED', 'REFUNDED'].includes(state) ? PAID_BEFORE : UNPAID_BEFORE
  const kinds: StepKind[] = [...before, ...(last === 'confirmed' ? (['payment'] as const) : []), last]
  if (cancelling && (state === 'ALLOCATED' || last === 'payment' || last === 'bank' || last === 'declined')) kinds.push('cancel-asked')
  return kinds.map((kind) => ({ kind, atMs: null, reason: kind === last ? reason : null, detail: null }))
}

const UNPAID_BEFORE: readonly StepKind[] = ['stock']
const PAID_BEFORE: readonly StepKind[] = ['stock', 'payment', 'confirmed']

function aheadOf({ state, cancelling }: Standing, current: StepKind): StepKind[] {
  switch (state) {
    case 'RECEIVED':
      return ['stock', 'payment', 'confirmed', 'sent']
    case 'ALLOCATED':
    case 'PAYING':
    case 'ACTION_REQUIRED':
    case 'DECLINED':
      if (cancelling) return ['cancelled']
      return current === 'payment' ? ['confirmed', 'sent'] : ['payment', 'confirmed', 'sent']
    case 'CONFIRMED':
      return ['sent']
    default:
      return []
  }
}
