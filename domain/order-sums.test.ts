import { expect, test } from 'vitest'
import { sumsOf } from './order-sums.ts'

const order = {
  subtotalMinor: 40_00,
  discountMinor: 0,
  deliveryMinor: 4_90,
  taxMinor: 8_40,
  taxMode: 'included',
  totalMinor: 44_90,
  deliveryMethod: 'standard',
  code: null,
} as const
const rows = (change: Partial<Parameters<typeof sumsOf>[0]>) =>
  sumsOf({ ...order, ...change }).map(({ what, amount }) => `${what} ${amount}`)

test('tax that is included is told below the total that it is in', () => {
  expect(rows({})).toEqual(['Delivery, standard €4.90', 'Total €44.90', 'Tax included €8.40'])
})

test('tax that is added stands above the total, as a part of it', () => {
  const swiss = { taxMode: 'added', taxMinor: 3_64, totalMinor: 48_54 } as const
  expect(rows(swiss)).toEqual(['Delivery, standard €4.90', 'Tax added €3.64', 'Total €48.54'])
})

test('what a code took off is told with its name, between subtotal and delivery', () => {
  const discounted = { code: 'WELCOME10', discountMinor: 4_00, totalMinor: 40_90, taxMinor: 7_65 }
  expect(rows(discounted).slice(0, 3)).toEqual(['Subtotal €40.00', 'Discount, WELCOME10 -€4.00', 'Delivery, standard €4.90'])
})

test('delivery that costs nothing is free, by a code where it took nothing else off', () => {
  expect(rows({ deliveryMinor: 0 })[0]).toBe('Delivery, standard free')
  expect(rows({ deliveryMinor: 0, code: 'FREESHIP' })[0]).toBe('Delivery, standard free with FREESHIP')
  expect(rows({ deliveryMinor: 0, code: 'WELCOME10', discountMinor: 4_00 })[2]).toBe('Delivery, standard free')
})

test('of an order of before, without tax, nothing is said of it', () => {
  expect(rows({ taxMinor: 0 })).toEqual(['Delivery, standard €4.90', 'Total €44.90'])
})

test('exactly one of the sums is the total', () => {
  expect(sumsOf(order).filter(({ isTotal }) => isTotal)).toEqual([{ what: 'Total', amount: '€44.90', isTotal: true }])
})
