import fc from 'fast-check'
import { expect, test } from 'vitest'
import { COUNTRIES } from './countries.ts'
import { TAX_RULES, taxOf } from './tax.ts'

const rule = fc.constantFrom(...Object.values(TAX_RULES))
/** Up to the largest cart at the largest price. */
const amount = fc.oneof(fc.nat({ max: 1_000_00 }), fc.nat({ max: 400 * (2 ** 31 - 1) }))

test('every country that we deliver to has a rate between 0 and 30 %, added only outside the EU', () => {
  expect(Object.keys(TAX_RULES).sort()).toEqual(Object.keys(COUNTRIES).sort())
  for (const { rateBasisPoints } of Object.values(TAX_RULES)) {
    expect(Number.isInteger(rateBasisPoints) && rateBasisPoints > 0 && rateBasisPoints < 3000).toBe(true)
  }
  const outside = Object.entries(TAX_RULES).filter(([, { mode }]) => mode === 'added')
  expect(outside.map(([country]) => country)).toEqual(['CH', 'GB', 'NO'])
})

test('tax is the nearest whole minor unit, a half goes up', () => {
  fc.assert(
    fc.property(amount, rule, (minor, own) => {
      const [top, bottom] = [
        BigInt(minor) * BigInt(own.rateBasisPoints),
        BigInt(own.mode === 'included' ? 10_000 + own.rateBasisPoints : 10_000),
      ]
      const twiceTheError = 2n * (BigInt(taxOf(minor, own)) * bottom - top)
      expect(-bottom < twiceTheError && twiceTheError <= bottom).toBe(true)
    }),
  )
  expect(taxOf(2, { mode: 'added', rateBasisPoints: 2500 })).toBe(1)
})

test('of a net amount, adding the tax and then looking for it inside gives the same tax', () => {
  fc.assert(
    fc.property(fc.nat({ max: 1_000_000_00 }), fc.integer({ min: 0, max: 3000 }), (net, rateBasisPoints) => {
      const added = taxOf(net, { mode: 'added', rateBasisPoints })
      expect(taxOf(net + added, { mode: 'included', rateBasisPoints })).toBe(added)
    }),
  )
})

test('more goods never carry less tax', () => {
  fc.assert(
    fc.property(amount, fc.nat({ max: 10_000 }), rule, (minor, more, own) => {
      expect(taxOf(minor + more, own)).toBeGreaterThanOrEqual(taxOf(minor, own))
    }),
  )
})

test.each([
  ['IE', 24_90, 4_66],
  ['DE', 119_00, 19_00],
  ['FI', 125_50, 25_50],
  ['CH', 44_90, 3_64],
  ['GB', 0, 0],
] as const)('in %s an amount of %i has %i of tax', (country, minor, tax) => {
  expect(taxOf(minor, TAX_RULES[country])).toBe(tax)
})
