import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Basket, DELIVERY_METHODS, FREE_DELIVERY_FROM_MINOR, totalsOf } from './pricing.ts'
import { sku } from './sku.ts'

const line = fc.record({
  sku: fc.constantFrom(sku('LAMP'), sku('CHAIR'), sku('VASE-RED')),
  quantity: fc.integer({ min: 1, max: 20 }),
  unitPriceMinor: fc.integer({ min: 1, max: 1_000_000 }),
  weightGrams: fc.integer({ min: 0, max: 40_000 }),
})
const basket: fc.Arbitrary<Basket> = fc.record({
  lines: fc.array(line, { minLength: 1, maxLength: 20 }),
  deliveryMethod: fc.constantFrom(...DELIVERY_METHODS),
  country: fc.constantFrom('IE' as const, 'DE' as const, 'CH' as const),
  discount: fc.constant(null),
})
const one = (unitPriceMinor: number) => [{ sku: sku('LAMP'), quantity: 1, unitPriceMinor, weightGrams: 500 }]
const plain = { country: 'IE', discount: null } as const

test('a total is a whole number of minor units and the sum of its parts', () => {
  fc.assert(
    fc.property(basket, (order) => {
      const { subtotalMinor, discountMinor, deliveryMinor, taxMinor, taxMode, totalMinor } = totalsOf(order)
      expect(Number.isSafeInteger(totalMinor)).toBe(true)
      expect(totalMinor).toBe(subtotalMinor - discountMinor + deliveryMinor + (taxMode === 'added' ? taxMinor : 0))
    }),
  )
})

test('the order of lines, and how units are spread over them, changes nothing', () => {
  fc.assert(
    fc.property(basket, (order) => {
      const singles = order.lines.flatMap((line) => Array.from({ length: line.quantity }, () => ({ ...line, quantity: 1 })))
      expect(totalsOf({ ...order, lines: singles.reverse() }).totalMinor).toBe(totalsOf(order).totalMinor)
    }),
  )
})

test('standard delivery is free from the threshold on and not a cent before', () => {
  expect(totalsOf({ lines: one(FREE_DELIVERY_FROM_MINOR), deliveryMethod: 'standard', ...plain }).deliveryMinor).toBe(0)
  expect(totalsOf({ lines: one(FREE_DELIVERY_FROM_MINOR - 1), deliveryMethod: 'standard', ...plain }).deliveryMinor).toBeGreaterThan(0)
})

test('express delivery costs its price whatever is ordered', () => {
  expect(totalsOf({ lines: one(1_000_000), deliveryMethod: 'express', ...plain }).deliveryMinor).toBe(12_90)
})
