import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CART_MAX_LINES, LINE_MAX_QUANTITY } from './cart.ts'
import { checkCharge, MAXIMUM_CHARGE } from './charge.ts'
import { COUNTRIES, type Country } from './countries.ts'
import { DISCOUNT_KINDS, type Discount } from './discount.ts'
import { type Basket, DELIVERY_METHODS, FREE_DELIVERY_FROM_MINOR, type PricedLine, totalsOf } from './pricing.ts'
import { fail, ok } from './result.ts'
import { sku } from './sku.ts'
import { TAX_RULES } from './tax.ts'

const SKUS = [sku('LAMP'), sku('CHAIR'), sku('VASE-RED'), sku('DESK')]
/** The most that an integer column holds. */
const COLUMN_MAX = 2 ** 31 - 1

const unit = fc.constantFrom(...SKUS)
const line: fc.Arbitrary<PricedLine> = fc.record({
  sku: unit,
  quantity: fc.integer({ min: 1, max: LINE_MAX_QUANTITY }),
  unitPriceMinor: fc.oneof(fc.integer({ min: 0, max: 100_00 }), fc.integer({ min: 0, max: MAXIMUM_CHARGE.EUR.minor })),
  weightGrams: fc.integer({ min: 0, max: 40_000 }),
})
const discount: fc.Arbitrary<Discount> = fc.record({
  code: fc.constant('SPRING'),
  version: fc.constant(1),
  kind: fc.constantFrom(...DISCOUNT_KINDS),
  value: fc.oneof(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 0, max: COLUMN_MAX })),
  minimumMinor: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1_000_00 })),
  maxUses: fc.constant(null),
  maxUsesPerCustomer: fc.constant(null),
  startsAtMs: fc.constant(0),
  endsAtMs: fc.constant(1),
  skus: fc.option(fc.uniqueArray(unit, { minLength: 1 })),
})
const basket: fc.Arbitrary<Basket> = fc.record({
  lines: fc.array(line, { minLength: 1, maxLength: CART_MAX_LINES }),
  deliveryMethod: fc.constantFrom(...DELIVERY_METHODS),
  country: fc.constantFrom(...(Object.keys(COUNTRIES) as Country[])),
  discount: fc.option(discount),
})
const one = (unitPriceMinor: number, weightGrams = 500) => [{ sku: sku('LAMP'), quantity: 1, unitPriceMinor, weightGrams }]
const plain = { country: 'IE', discount: null } as const

test('a total is the sum of its parts, in whole minor units, none of them negative', () => {
  fc.assert(
    fc.property(basket, (order) => {
      const { lineDiscountsMinor, taxMode, ...amounts } = totalsOf(order)
      const { subtotalMinor, discountMinor, deliveryMinor, taxMinor, totalMinor } = amounts
      for (const amount of [...Object.values(amounts), ...lineDiscountsMinor]) {
        expect(Number.isSafeInteger(amount)).toBe(true)
        expect(amount).toBeGreaterThanOrEqual(0)
      }
      expect(subtotalMinor).toBe(order.lines.reduce((sum, { quantity, unitPriceMinor }) => sum + quantity * unitPriceMinor, 0))
      expect(totalMinor).toBe(subtotalMinor - discountMinor + deliveryMinor + (taxMode === 'added' ? taxMinor : 0))
    }),
  )
})

test('the order of lines, and how units are spread over them, changes nothing', () => {
  fc.assert(
    fc.property(basket, (order) => {
      const singles = order.lines.flatMap((each) => Array.from({ length: each.quantity }, () => ({ ...each, quantity: 1 })))
      const { lineDiscountsMinor: _, ...totals } = totalsOf(order)
      expect(totalsOf({ ...order, lines: order.lines.toReversed() })).toMatchObject(totals)
      expect(totalsOf({ ...order, lines: singles.reverse() })).toMatchObject(totals)
    }),
  )
})

test('one more unit of anything never weighs less at the door, and costs no less to deliver while it is paid for', () => {
  fc.assert(
    fc.property(basket, line, (order, more) => {
      // Free goods, so that only the weight grows.
      const heavier = { ...order, lines: [...order.lines, { ...more, unitPriceMinor: 0 }] }
      const unrestricted = { discount: order.discount && { ...order.discount, skus: null } }
      expect(totalsOf({ ...heavier, ...unrestricted }).deliveryMinor).toBeGreaterThanOrEqual(
        totalsOf({ ...order, ...unrestricted }).deliveryMinor,
      )
    }),
  )
})

test('express never costs less than standard', () => {
  fc.assert(
    fc.property(basket, (order) => {
      const [standard, express] = [totalsOf({ ...order, deliveryMethod: 'standard' }), totalsOf({ ...order, deliveryMethod: 'express' })]
      expect(express.totalMinor).toBeGreaterThanOrEqual(standard.totalMinor)
    }),
  )
})

test.each([
  ['standard', 0, 4_90],
  ['standard', 5_000, 4_90],
  ['standard', 5_001, 9_90],
  ['standard', 20_000, 9_90],
  ['standard', 20_001, 24_90],
  ['express', 5_000, 12_90],
  ['express', 5_001, 24_90],
  ['express', 20_000, 24_90],
  ['express', 20_001, 59_90],
  ['express', 16_000_000, 59_90],
] as const)('%s delivery of %i g costs %i', (deliveryMethod, grams, minor) => {
  expect(totalsOf({ lines: one(50_00, grams), deliveryMethod, ...plain }).deliveryMinor).toBe(minor)
})

test('standard delivery is free from the threshold on and not a cent before, counted after the discount', () => {
  const delivery = (minor: number, off: number) =>
    totalsOf({ lines: one(minor), deliveryMethod: 'standard', country: 'IE', discount: amountOff(off) }).deliveryMinor
  expect([delivery(FREE_DELIVERY_FROM_MINOR, 0), delivery(FREE_DELIVERY_FROM_MINOR - 1, 0)]).toEqual([0, 4_90])
  expect([delivery(FREE_DELIVERY_FROM_MINOR, 1), delivery(FREE_DELIVERY_FROM_MINOR + 1, 1)]).toEqual([4_90, 0])
})

test('express delivery costs its price whatever is ordered', () => {
  expect(totalsOf({ lines: one(1_000_000), deliveryMethod: 'express', ...plain }).deliveryMinor).toBe(12_90)
})

test('a code for free delivery frees both ways of delivery and takes nothing off the goods', () => {
  fc.assert(
    fc.property(basket, (order) => {
      const free: Discount = { ...amountOff(0), kind: 'free-delivery' }
      expect(totalsOf({ ...order, discount: free })).toMatchObject({ deliveryMinor: 0, discountMinor: 0 })
    }),
  )
})

test('tax that is included lies inside the total, tax that is added comes on top, of goods and delivery alike', () => {
  fc.assert(
    fc.property(basket, (order) => {
      const { subtotalMinor, discountMinor, deliveryMinor, taxMinor, taxMode, totalMinor } = totalsOf(order)
      const before = subtotalMinor - discountMinor + deliveryMinor
      expect(taxMode).toBe(TAX_RULES[order.country].mode)
      expect(totalMinor).toBe(taxMode === 'included' ? before : before + taxMinor)
      expect(taxMinor).toBeLessThanOrEqual(before)
    }),
  )
  const goods = { lines: one(40_00), deliveryMethod: 'standard', discount: null } as const
  expect(totalsOf({ ...goods, country: 'CH' })).toMatchObject({ taxMinor: 3_64, totalMinor: 48_54 })
  expect(totalsOf({ ...goods, country: 'IE' })).toMatchObject({ taxMinor: 8_40, totalMinor: 44_90 })
})

test('an order that a card can pay fits the columns that it is written to; any other is a value, up to the largest cart at the largest price', () => {
  fc.assert(
    fc.property(basket, (order) => {
      const totals = totalsOf(order)
      if (!checkCharge(totals).ok) return
      const { lineDiscountsMinor, taxMode: _, ...amounts } = totals
      expect(Math.max(...Object.values(amounts), ...lineDiscountsMinor)).toBeLessThanOrEqual(COLUMN_MAX)
    }),
  )
  const largest = Array.from({ length: CART_MAX_LINES }, () => ({
    ...one(COLUMN_MAX, COLUMN_MAX)[0],
    quantity: LINE_MAX_QUANTITY,
  })) as PricedLine[]
  for (const off of [0, 100_00]) {
    const discounted: Discount = { ...amountOff(off), kind: 'percentage' }
    const totals = totalsOf({ lines: largest, deliveryMethod: 'express', country: 'CH', discount: discounted })
    expect(Number.isSafeInteger(totals.totalMinor)).toBe(true)
    expect(checkCharge(totals)).toEqual(fail('ABOVE_MAXIMUM', { maximumMinor: MAXIMUM_CHARGE.EUR.minor }))
  }
})

test('a card is charged from the least to the most that it can be, and nothing to pay needs no card', () => {
  const charge = (subtotalMinor: number, totalMinor = subtotalMinor) => checkCharge({ subtotalMinor, totalMinor })
  expect([charge(20_00, 0), charge(50), charge(999_999_99)]).toEqual([ok(undefined), ok(undefined), ok(undefined)])
  expect([charge(20_00, 1), charge(49)]).toEqual([fail('BELOW_MINIMUM', { minimumMinor: 50 }), fail('BELOW_MINIMUM', { minimumMinor: 50 })])
  for (const above of [charge(999_999_99, 1_000_000_00), charge(1_000_000_00, 5_00)]) {
    expect(above).toEqual(fail('ABOVE_MAXIMUM', { maximumMinor: 999_999_99 }))
  }
})

function amountOff(value: number): Discount {
  return {
    code: 'OFF',
    version: 1,
    kind: 'amount',
    value,
    minimumMinor: 0,
    maxUses: null,
    maxUsesPerCustomer: null,
    startsAtMs: 0,
    endsAtMs: 1,
    skus: null,
  }
}
