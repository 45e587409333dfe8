import { afterAll, beforeAll, expect, test } from 'vitest'
import { sku } from '#/domain/sku.ts'
import { TEST_CARDS } from '#/server/payments/test-cards.ts'
import { type DrillStore, startDrillStore } from './drill-store.ts'
import { GatewayDesk } from './engine/gateway-desk.ts'
import { Guest, type Outcome, type Temper } from './guest.ts'

const UNITS = 100
const GUESTS = 500
const SLUG = 'sausage-skipping-rope'
const UNIT = sku('SKIPROPE')

/** Pages a web process renders for guests who are still looking around, at a time. */
const AT_A_TIME = 50

const BANK_CARD = 'pm_card_authenticationRequired'
/** Whether the store takes shoppers to their bank, and lets them cancel. */
const TAKES_TO_BANK = Object.hasOwn(TEST_CARDS, BANK_CARD)

let store: DrillStore

beforeAll(async () => {
  store = await startDrillStore()
})
afterAll(() => store.stop())

/** 1 in 10 has a card that is declined, half of them leave then; 1 in 20 is asked by their bank, and every fifth of these refuses. */
function temperOf(n: number): Temper {
  const deliveryMethod = n % 3 === 0 ? 'express' : 'standard'
  const easy = { card: 'pm_card_visa', onDecline: 'another-card', atBank: 'confirm', deliveryMethod } as const
  if (n % 10 === 0) return { ...easy, card: 'pm_card_chargeDeclined', onDecline: TAKES_TO_BANK && n % 20 === 0 ? 'leave' : 'another-card' }
  if (TAKES_TO_BANK && n % 20 === 5) return { ...easy, card: BANK_CARD, atBank: n % 100 === 5 ? 'refuse' : 'confirm' }
  return easy
}

/** Those whose cards make trouble are the first in the crowd, or the units might be gone before any of them has one. */
const tempers = Array.from({ length: GUESTS }, (_, n) => temperOf(n)).sort((a, b) => Number(isEasy(a)) - Number(isEasy(b)))

function isEasy({ card }: Temper): boolean {
  return card === 'pm_card_visa'
}

test('of 100 units and 500 guests at once, with cards declined and replies of the gateway lost: exactly 100 are sold, paid to the cent', async () => {
  await store.merchant.offer(UNIT, UNITS)
  const guests = await lookAround()
  const desk = new GatewayDesk(store)
  await desk.goWrong(
    ...(['payment_intents.create', 'payment_intents.confirm'] as const).flatMap((operation) => [
      { match: { operation }, drop: 'after' as const, times: 10 },
      { match: { operation }, drop: 'before' as const, times: 10 },
    ]),
  )

  let confirmed = 0
  const outcomes = await Promise.all(
    guests.map(async ({ guest, checkout }) => {
      const outcome = await guest.order(checkout, () => confirmed === UNITS)
      if (outcome.end === 'confirmed') confirmed += 1
      return outcome
    }),
  )

  const idsOf = (end: Outcome['end']) => outcomes.filter((outcome) => outcome.end === end).map(({ orderId }) => orderId)
  expect(new Set(idsOf('confirmed')).size).toBe(UNITS)
  if (TAKES_TO_BANK) expect(idsOf('left').length).toBeGreaterThan(0)
  expect(await store.violationsAtRest()).toEqual([])
  const states = await store.merchant.orderStates()
  const inState = (state: string) => [...states].filter(([, own]) => own === state).map(([id]) => id)
  expect(inState('CONFIRMED').sort()).toEqual(idsOf('confirmed').sort())
  expect(inState('CANCELLED').sort()).toEqual(idsOf('left').sort())
  expect(states.size).toBe(UNITS + idsOf('left').length)
  expect(await store.merchant.available(UNIT)).toBe(0)
  expect(await capturedMinor()).toBe(await store.merchant.takingsMinor())
}, 1_000_000)

/** Each with a full cart, before the button that all of them press at once. */
async function lookAround() {
  const ready: { guest: Guest; checkout: Awaited<ReturnType<Guest['prepare']>> }[] = []
  for (let from = 0; from < GUESTS; from += AT_A_TIME) {
    const some = tempers.slice(from, from + AT_A_TIME).map(async (temper) => {
      const guest = new Guest(store.url, temper)
      return { guest, checkout: await guest.prepare(SLUG) }
    })
    ready.push(...(await Promise.all(some)))
  }
  return ready
}

/** What the gateway took and kept, by its own books. */
async function capturedMinor(): Promise<number> {
  const headers = { authorization: `Bearer ${store.env.STRIPE_SECRET_KEY}` }
  const books = await fetch(new URL('/_local/books', store.gateway.url), { headers })
  const { charges } = (await books.json()) as { charges: { amount_captured: number; amount_refunded: number }[] }
  return charges.reduce((sum, charge) => sum + charge.amount_captured - charge.amount_refunded, 0)
}
