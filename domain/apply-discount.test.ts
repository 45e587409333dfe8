import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CostedLine, checkDiscount, discountApplies, spreadDiscount, subtotalOf } from './apply-discount.ts'
import type { Discount } from './discount.ts'
import { fail, ok } from './result.ts'
import { sku } from './sku.ts'

const LAMP = sku('LAMP')
const CHAIR = sku('CHAIR')
const DESK = sku('DESK')

const unit = fc.constantFrom(LAMP, CHAIR, DESK)
const lines: fc.Arbitrary<CostedLine[]> = fc.array(
  fc.record({
    sku: unit,
    quantity: fc.integer({ min: 1, max: 20 }),
    unitPriceMinor: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 2 ** 31 - 1 })),
  }),
  { maxLength: 20 },
)
const skus = fc.option(fc.uniqueArray(unit, { minLength: 1 }))
const percentage = fc.record({ value: fc.integer({ min: 0, max: 10_000 }), skus }).map((own) => code({ kind: 'percentage', ...own }))
const amount = fc.record({ value: fc.integer({ min: 0, max: 2 ** 31 - 1 }), skus }).map((own) => code({ kind: 'amount', ...own }))

function code(own: Partial<Discount>): Discount {
  const whole = { version: 1, minimumMinor: 0, maxUses: null, maxUsesPerCustomer: null, startsAtMs: 100, endsAtMs: 200, skus: null }
  return { code: 'SPRING', kind: 'percentage', value: 1000, ...whole, ...own }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
const costOf = ({ quantity, unitPriceMinor }: CostedLine) => quantity * unitPriceMinor
/** What the code is for. */
const baseOf = (all: readonly CostedLine[], discount: Discount) =>
  sum(all.filter((line) => discount.skus?.includes(line.sku) ?? true).map(costOf))

test('no line is discounted by more than it costs, and none that the code is not for', () => {
  fc.assert(
    fc.property(lines, fc.oneof(percentage, amount), (all, discount) => {
      const off = spreadDiscount(all, discount)
      expect(off).toHaveLength(all.length)
      for (const [i, line] of all.entries()) {
        expect(off[i]).toBeGreaterThanOrEqual(0)
        expect(off[i]).toBeLessThanOrEqual(discount.skus?.includes(line.sku) === false ? 0 : costOf(line))
      }
    }),
  )
})

test('a percentage is never exceeded and missed by less than a cent, however large the amounts are', () => {
  fc.assert(
    fc.property(lines, percentage, (all, discount) => {
      const exact = (BigInt(baseOf(all, discount)) * BigInt(discount.value)) / 10_000n
      expect(sum(spreadDiscount(all, discount))).toBe(Number(exact))
    }),
  )
})

test('an amount is taken off whole, up to what the lines cost that it is for', () => {
  fc.assert(
    fc.property(lines, amount, (all, discount) => {
      expect(sum(spreadDiscount(all, discount))).toBe(Math.min(discount.value, baseOf(all, discount)))
    }),
  )
})

test('a discount is spread in proportion: each line is within a cent of its share, and the whole of the price comes off whole', () => {
  fc.assert(
    fc.property(lines, amount, (all, discount) => {
      const [off, base] = [spreadDiscount(all, discount), baseOf(all, discount)]
      if (base === 0) return
      for (const [i, line] of all.entries()) {
        if (discount.skus?.includes(line.sku) === false) continue
        const share = (BigInt(costOf(line)) * BigInt(sum(off))) / BigInt(base)
        expect([0, 1]).toContain((off[i] ?? 0) - Number(share))
      }
      expect(spreadDiscount(all, { ...discount, kind: 'percentage', value: 10_000, skus: null })).toEqual(all.map(costOf))
    }),
  )
})

test('what rounding leaves goes to the first lines, also where a double cannot tell a share from the next whole number', () => {
  const all = [2_013_415_206, 2_102_986_526].map((unitPriceMinor) => ({ sku: LAMP, quantity: 20, unitPriceMinor }))
  expect(spreadDiscount(all, code({ kind: 'amount', value: 1_893_682_244 }))).toEqual([926_238_224, 967_444_020])
})

const cheap = [{ sku: LAMP, quantity: 2, unitPriceMinor: 10_00 }]

test.each([
  ['it applies from its first moment', {}, 100, ok(undefined)],
  ['it applies until just before its end', {}, 199, ok(undefined)],
  ['it has ended at its end', {}, 200, fail('CODE_ENDED')],
  ['it has not begun', {}, 99, fail('CODE_NOT_YET', { startsAtMs: 100 })],
  ['its minimum is reached to the cent', { minimumMinor: 20_00 }, 150, ok(undefined)],
  ['its minimum is missed by a cent', { minimumMinor: 20_01 }, 150, fail('CODE_BELOW_MINIMUM', { minimumMinor: 20_01 })],
  ['it is for something else', { skus: [CHAIR] }, 150, fail('CODE_NOT_FOR_THESE')],
  ['it is for one of these', { skus: [CHAIR, LAMP] }, 150, ok(undefined)],
] as const)('whether a code takes something off: %s', (_, own, nowMs, answer) => {
  expect(checkDiscount(code(own), cheap, nowMs)).toEqual(answer)
})

test('the lines alone decide what a total does; the check beforehand agrees with it inside the window', () => {
  fc.assert(
    fc.property(lines, skus, fc.nat({ max: 100_000 }), (all, only, minimumMinor) => {
      const discount = code({ skus: only, minimumMinor })
      expect(checkDiscount(discount, all, 150).ok).toBe(discountApplies(discount, all))
      if (discountApplies(discount, all)) expect(subtotalOf(all)).toBeGreaterThanOrEqual(minimumMinor)
    }),
  )
})
