import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DELIVERY_METHODS, FREE_DELIVERY_FROM_MINOR, totalsOf } from './pricing.ts'

const lines = fc.array(fc.record({ quantity: fc.integer({ min: 1, max: 20 }), unitPriceMinor: fc.integer({ min: 1, max: 1_000_000 }) }), {
  minLength: 1,
  maxLength: 20,
})
const method = fc.constantFrom(...DELIVERY_METHODS)

test('a total is a whole number of minor units and the sum of its parts', () => {
  fc.assert(
    fc.property(lines, method, (order, delivery) => {
      const { subtotalMinor, deliveryMinor, totalMinor } = totalsOf(order, delivery)
      expect(Number.isSafeInteger(totalMinor)).toBe(true)
      expect(totalMinor).toBe(subtotalMinor + deliveryMinor)
    }),
  )
})

test('the order of lines, and how units are spread over them, changes nothing', () => {
  fc.assert(
    fc.property(lines, method, (order, delivery) => {
      const singles = order.flatMap((line) => Array.from({ length: line.quantity }, () => ({ ...line, quantity: 1 })))
      expect(totalsOf(singles.reverse(), delivery)).toEqual(totalsOf(order, delivery))
    }),
  )
})

test('standard delivery is free from the threshold on and not a cent before', () => {
  expect(totalsOf([{ quantity: 1, unitPriceMinor: FREE_DELIVERY_FROM_MINOR }], 'standard').deliveryMinor).toBe(0)
  expect(totalsOf([{ quantity: 1, unitPriceMinor: FREE_DELIVERY_FROM_MINOR - 1 }], 'standard').deliveryMinor).toBeGreaterThan(0)
})

test('express delivery costs its price whatever is ordered', () => {
  expect(totalsOf([{ quantity: 20, unitPriceMinor: 1_000_000 }], 'express').deliveryMinor).toBe(12_90)
})
