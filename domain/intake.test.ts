import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type IntakeCandidate, planIntake, type StockLevel } from './intake.ts'
import { type Sku, sku } from './sku.ts'

const A = sku('A1')
const B = sku('B1')

const order = (orderId: string, lines: [Sku, number][], reservationId = `r-${orderId}`): IntakeCandidate => ({
  orderId,
  reservationId,
  lines: lines.map(([unit, quantity]) => ({ sku: unit, quantity })),
})
const stock = (levels: [Sku, number, number][]) =>
  new Map<Sku, StockLevel>(levels.map(([unit, onHand, allocated]) => [unit, { onHand, allocated }]))

test('whole orders are admitted in stream order: who came first gets the last unit', () => {
  const plan = planIntake([order('first', [[A, 2]]), order('second', [[A, 2]]), order('third', [[A, 1]])], stock([[A, 3, 0]]), new Map())
  expect(plan.decisions).toEqual(['allocate', 'reject', 'allocate'])
  expect(plan.changes.get(A)).toEqual({ allocatedDelta: 3, droppedReservations: ['r-first', 'r-second', 'r-third'] })
})

test('an order that fits in part is refused whole and takes nothing', () => {
  const plan = planIntake(
    [
      order('both', [
        [A, 1],
        [B, 1],
      ]),
      order('only-a', [[A, 1]]),
    ],
    stock([
      [A, 1, 0],
      [B, 1, 1],
    ]),
    new Map(),
  )
  expect(plan.decisions).toEqual(['reject', 'allocate'])
  expect(plan.changes.get(B)).toEqual({ allocatedDelta: 0, droppedReservations: ['r-both'] })
})

test('two lines of one SKU are checked together', () => {
  const twice = order('twice', [
    [A, 1],
    [A, 1],
  ])
  expect(planIntake([twice], stock([[A, 1, 0]]), new Map()).decisions).toEqual(['reject'])
  expect(planIntake([twice], stock([[A, 2, 0]]), new Map()).changes.get(A)).toEqual({ allocatedDelta: 2, droppedReservations: ['r-twice'] })
})

test('a redelivery of a recorded order changes nothing', () => {
  const plan = planIntake([order('one', [[A, 1]])], stock([[A, 5, 1]]), new Map([['one', 'r-one']]))
  expect(plan.decisions).toEqual(['redelivered'])
  expect(plan.changes.size).toBe(0)
})

test('a second reservation of a recorded order is dropped and allocates nothing', () => {
  const plan = planIntake([order('one', [[A, 1]], 'r-late')], stock([[A, 5, 1]]), new Map([['one', 'r-one']]))
  expect(plan.decisions).toEqual(['superseded'])
  expect(plan.changes.get(A)).toEqual({ allocatedDelta: 0, droppedReservations: ['r-late'] })
})

test('one order twice in a batch is recorded once', () => {
  const plan = planIntake([order('one', [[A, 1]]), order('one', [[A, 1]], 'r-other')], stock([[A, 5, 0]]), new Map())
  expect(plan.decisions).toEqual(['allocate', 'superseded'])
})

test('a SKU that has no stock row is sold out', () => {
  const plan = planIntake([order('one', [[A, 1]])], new Map(), new Map())
  expect(plan.decisions).toEqual(['reject'])
  expect(plan.changes.size).toBe(0)
})

test('never allocates more than is free, and exactly the units of what it allocates', () => {
  const orders = fc.array(
    fc.record({ a: fc.integer({ min: 0, max: 4 }), b: fc.integer({ min: 0, max: 4 }) }).filter(({ a, b }) => a + b > 0),
    { maxLength: 30 },
  )
  const level = fc.integer({ min: 0, max: 20 }).chain((onHand) => fc.tuple(fc.constant(onHand), fc.integer({ min: 0, max: onHand })))
  fc.assert(
    fc.property(orders, level, level, (wanted, [onHandA, allocatedA], [onHandB, allocatedB]) => {
      const levels = stock([
        [A, onHandA, allocatedA],
        [B, onHandB, allocatedB],
      ])
      const batch = wanted.map(({ a, b }, n) =>
        order(
          `o${n}`,
          (
            [
              [A, a],
              [B, b],
            ] as [Sku, number][]
          ).filter(([, units]) => units > 0),
        ),
      )
      const { decisions, changes } = planIntake(batch, levels, new Map())
      for (const unit of [A, B]) {
        const taken = batch
          .filter((_, n) => decisions[n] === 'allocate')
          .flatMap((candidate) => candidate.lines)
          .filter((line) => line.sku === unit)
          .reduce((sum, line) => sum + line.quantity, 0)
        const { onHand, allocated } = levels.get(unit) as StockLevel
        expect(changes.get(unit)?.allocatedDelta ?? 0).toBe(taken)
        expect(allocated + taken).toBeLessThanOrEqual(onHand)
      }
    }),
  )
})
