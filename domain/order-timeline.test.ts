import { describe, expect, test } from 'vitest'
import type { OrderState, VisibleState } from './order-state.ts'
import { type PastEvent, type Standing, timelineOf } from './order-timeline.ts'

const PLACED = 1000

function happened(...events: readonly (readonly [kind: string, state: OrderState])[]): PastEvent[] {
  return events.map(([kind, state], i) => ({ version: i + 1, atMs: PLACED + i + 1, kind, state, reason: null, detail: null }))
}

function standing(state: VisibleState, history: readonly PastEvent[] | null, more: Partial<Standing> = {}): Standing {
  return { placedAtMs: PLACED, version: history?.length ?? 1, state, reason: null, cancelling: false, history, ...more }
}

/** `received > stock > [payment] > confirmed`: the current step in brackets, those to come in round ones. */
function drawn(of: Standing): string {
  const marks = { past: ['', ''], current: ['[', ']'], ahead: ['(', ')'] } as const
  return timelineOf(of)
    .map(({ kind, place }) => marks[place].join(kind))
    .join(' ')
}

const ALLOCATED = ['state', 'ALLOCATED'] as const
const PAYING = ['state', 'PAYING'] as const
const CONFIRMED = ['state', 'CONFIRMED'] as const

describe('the way of an order', () => {
  test.each([
    ['RECEIVED', null, '[received] (stock) (payment) (confirmed) (sent)'],
    ['ALLOCATED', happened(ALLOCATED), 'received [stock] (payment) (confirmed) (sent)'],
    ['PAYING', happened(ALLOCATED, PAYING), 'received stock [payment] (confirmed) (sent)'],
    ['CONFIRMED', happened(ALLOCATED, PAYING, CONFIRMED), 'received stock payment [confirmed] (sent)'],
    ['FULFILLED', happened(ALLOCATED, PAYING, CONFIRMED, ['shipped', 'FULFILLED']), 'received stock payment confirmed [sent]'],
    ['CONFIRMED', happened(ALLOCATED, PAYING, CONFIRMED, ['shipped', 'CONFIRMED']), 'received stock payment confirmed [parcel] (sent)'],
    ['REJECTED', happened(['state', 'REJECTED']), 'received [rejected]'],
    ['DECLINED', happened(ALLOCATED, PAYING, ['state', 'DECLINED']), 'received stock [declined] (payment) (confirmed) (sent)'],
    ['ACTION_REQUIRED', happened(ALLOCATED, PAYING, ['action', 'ACTION_REQUIRED']), 'received stock [bank] (payment) (confirmed) (sent)'],
    [
      'CANCELLED',
      happened(ALLOCATED, ['cancel-requested', 'ALLOCATED'], ['state', 'CANCELLED']),
      'received stock cancel-asked [cancelled]',
    ],
  ] as const)('%s', (state, history, expected) => expect(drawn(standing(state, history))).toBe(expected))

  test('a card that was declined is told once, and the one that paid as well', () => {
    const history = happened(ALLOCATED, PAYING, ['state', 'DECLINED'], PAYING, CONFIRMED)
    expect(drawn(standing('CONFIRMED', history))).toBe('received stock declined payment [confirmed] (sent)')
  })

  test('what is between the merchant and us is nobody else’s step', () => {
    const history = happened(ALLOCATED, PAYING, CONFIRMED, ['trouble', 'CONFIRMED'])
    expect(drawn(standing('CONFIRMED', history))).toBe('received stock payment [confirmed] (sent)')
  })

  test('a history that is ahead of what the page shows is told as far as the page goes', () => {
    const history = happened(ALLOCATED, PAYING, CONFIRMED)
    expect(drawn(standing('PAYING', history, { version: 2 }))).toBe('received stock [payment] (confirmed) (sent)')
  })

  test('each step has the time at which it happened; what is to come has none', () => {
    expect(timelineOf(standing('PAYING', happened(ALLOCATED, PAYING))).map(({ atMs }) => atMs)).toEqual([1000, 1001, 1002, null, null])
  })

  test('an order that is being cancelled is on no way but that', () => {
    expect(drawn(standing('DECLINED', null, { cancelling: true }))).toBe('received stock declined [cancel-asked] (cancelled)')
  })

  test.each([
    ['ALLOCATED', 'received [stock] (payment) (confirmed) (sent)'],
    ['PAYING', 'received stock [payment] (confirmed) (sent)'],
    ['CONFIRMED', 'received stock payment [confirmed] (sent)'],
    ['FULFILLED', 'received stock payment confirmed [sent]'],
    ['REFUNDED', 'received stock payment confirmed [refunded]'],
    ['REJECTED', 'received [rejected]'],
    ['CANCELLED', 'received stock [cancelled]'],
  ] as const)('without a history %s tells what must have happened', (state, expected) =>
    expect(drawn(standing(state, null))).toBe(expected),
  )

  test.each(['RECEIVED', 'ALLOCATED', 'PAYING', 'ACTION_REQUIRED', 'DECLINED', 'CONFIRMED', 'FULFILLED', 'REFUNDED', 'CANCELLED'] as const)(
    '%s has exactly one current step, with or without a history',
    (state) => {
      for (const history of [null, happened(ALLOCATED, PAYING)]) {
        expect(timelineOf(standing(state, history)).filter(({ place }) => place === 'current')).toHaveLength(1)
      }
    },
  )
})
