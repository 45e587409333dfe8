import fc from 'fast-check'
import { expect, test } from 'vitest'
import { totalsOf } from './pricing.ts'
import { openUnits, planRefund, type Refundable, type RefundableLine, type RefundPlan, type RefundWish } from './refund.ts'
import { sku } from './sku.ts'

/** Orders as pricing makes them, shipped in part: prices with and without tax, delivery, and a code that takes off anything up to all. */
const order: fc.Arbitrary<Refundable> = fc
  .record({
    lines: fc.array(
      fc.record({
        quantity: fc.integer({ min: 1, max: 20 }),
        unitPriceMinor: fc.integer({ min: 1, max: 4_000_00 }),
        shippedShare: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      { minLength: 1, maxLength: 8 },
    ),
    percentage: fc.constantFrom(0, 1, 777, 3333, 10_000),
    country: fc.constantFrom('IE' as const, 'CH' as const),
    deliveryMethod: fc.constantFrom('standard' as const, 'express' as const),
  })
  .map(({ lines, percentage, country, deliveryMethod }) => {
    const priced = lines.map((line, i) => ({ ...line, sku: sku(`ITEM${i}`), weightGrams: 300 }))
    const code = { code: 'CODE', version: 1, kind: 'percentage', value: percentage, minimumMinor: 0, maxUses: null } as const
    const discount = percentage === 0 ? null : { ...code, maxUsesPerCustomer: null, startsAtMs: 0, endsAtMs: 1, skus: null }
    const totals = totalsOf({ lines: priced, deliveryMethod, country, discount })
    return {
      capturedMinor: totals.totalMinor,
      refundedMinor: 0,
      lines: priced.map(({ quantity, unitPriceMinor, shippedShare }, position) => {
        const shipped = Math.floor(quantity * shippedShare)
        return {
          position,
          quantity,
          unitPriceMinor,
          discountMinor: totals.lineDiscountsMinor[position] ?? 0,
          shipped,
          dropped: 0,
          returned: 0,
        }
      }),
    }
  })

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('units' as const), line: fc.nat(7), quantity: fc.integer({ min: 1, max: 25 }) }),
    fc.record({ kind: fc.constant('amount' as const), amountMinor: fc.integer({ min: 1, max: 50_00 }) }),
  ),
  { maxLength: 40 },
)

function after(order: Refundable, { amountMinor, lines }: RefundPlan): Refundable {
  const changed = new Map(lines.map((line) => [line.position, line]))
  return {
    ...order,
    refundedMinor: order.refundedMinor + amountMinor,
    lines: order.lines.map((line): RefundableLine => {
      const { dropped = 0, returned = 0 } = changed.get(line.position) ?? {}
      return { ...line, dropped: line.dropped + dropped, returned: line.returned + returned }
    }),
  }
}

function carryOut(order: Refundable, wish: RefundWish): Refundable {
  const plan = planRefund(order, wish)
  return plan.ok ? after(order, plan.value) : order
}

test('refunds in any parts and order never pass what was captured, and with the last unit all of it is back', () => {
  fc.assert(
    fc.property(order, steps, (placed, wishes) => {
      let now = placed
      for (const wish of wishes) {
        now = carryOut(now, wish.kind === 'amount' ? wish : { kind: 'units', units: [{ position: wish.line, quantity: wish.quantity }] })
        expect(now.refundedMinor).toBeGreaterThanOrEqual(0)
        expect(now.refundedMinor).toBeLessThanOrEqual(placed.capturedMinor)
        for (const { quantity, shipped, dropped, returned } of now.lines) {
          expect(shipped + dropped).toBeLessThanOrEqual(quantity)
          expect(returned).toBeLessThanOrEqual(shipped)
        }
      }
      const units = now.lines.filter((line) => openUnits(line) > 0).map((line) => ({ position: line.position, quantity: openUnits(line) }))
      const unitByUnit = units.flatMap(({ position, quantity }) => Array.from({ length: quantity }, () => ({ position, quantity: 1 })))
      for (const unit of unitByUnit) now = carryOut(now, { kind: 'units', units: [unit] })
      expect(now.refundedMinor).toBe(placed.capturedMinor)
      expect(planRefund(now, { kind: 'all' })).toEqual({ ok: false, code: 'NOTHING_LEFT' })
    }),
  )
})

test('everything at once, each line at once and unit by unit come to the same sum', () => {
  fc.assert(
    fc.property(order, (placed) => {
      const whole = planRefund(placed, { kind: 'all' })
      const units = placed.lines.map(({ position, quantity }) => ({ position, quantity }))
      expect(whole).toEqual(planRefund(placed, { kind: 'units', units }))
      expect(whole).toMatchObject({ value: { amountMinor: placed.capturedMinor } })
    }),
  )
})

test('a unit is worth its share of all that was paid, within a cent, after discount and with delivery and tax', () => {
  fc.assert(
    fc.property(order, (placed) => {
      const costs = placed.lines.map((line) => line.quantity * line.unitPriceMinor - line.discountMinor)
      const sum = costs.reduce((total, cost) => total + cost, 0)
      fc.pre(sum > 0)
      for (const [i, { position, quantity }] of placed.lines.entries()) {
        const plan = planRefund(placed, { kind: 'units', units: [{ position, quantity: 1 }] })
        const share = (placed.capturedMinor * (costs[i] ?? 0)) / sum / quantity
        if (plan.ok) expect(Math.abs(plan.value.amountMinor - share)).toBeLessThan(2)
      }
    }),
  )
})

const line = { quantity: 3, unitPriceMinor: 10_00, discountMinor: 0, shipped: 1, dropped: 0, returned: 0 }

test('of a line the units go first that were not shipped, and units named twice are a sum', () => {
  const placed = { capturedMinor: 34_90, refundedMinor: 0, lines: [{ ...line, position: 0 }] }
  const one = { position: 0, quantity: 1 }
  expect(planRefund(placed, { kind: 'units', units: [one, one, one] })).toEqual({
    ok: true,
    value: { amountMinor: 34_90, lines: [{ position: 0, dropped: 2, returned: 1 }] },
  })
  // A third of 34.90, rounded down; the last of three takes what is left.
  expect(planRefund(placed, { kind: 'units', units: [one] })).toMatchObject({ value: { amountMinor: 11_63 } })
  const last = { ...placed, refundedMinor: 23_26, lines: [{ ...line, position: 0, dropped: 2 }] }
  expect(planRefund(last, { kind: 'units', units: [one] })).toMatchObject({ value: { amountMinor: 11_64 } })
})

test('what cannot be refunded is told with what could', () => {
  const placed = { capturedMinor: 30_00, refundedMinor: 29_00, lines: [{ ...line, position: 0, dropped: 2 }] }
  expect(planRefund(placed, { kind: 'amount', amountMinor: 101 })).toEqual({ ok: false, code: 'TOO_MUCH', leftMinor: 100 })
  const units = (position: number, quantity: number) => planRefund(placed, { kind: 'units', units: [{ position, quantity }] })
  expect(units(0, 2)).toEqual({ ok: false, code: 'TOO_MANY_UNITS', position: 0, left: 1 })
  expect(units(1, 1)).toEqual({ ok: false, code: 'UNKNOWN_LINE', position: 1 })
  expect(planRefund(placed, { kind: 'units', units: [] })).toEqual({ ok: false, code: 'NOTHING_LEFT' })
  expect(planRefund({ ...placed, refundedMinor: 30_00 }, { kind: 'amount', amountMinor: 1 })).toEqual({ ok: false, code: 'NOTHING_LEFT' })
})
