import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Allowance } from './allowance.ts'
import { type IntakeCandidate, type IntakeLevels, planIntake, type StockLevel } from './intake.ts'
import { type Sku, sku } from './sku.ts'

const A = sku('A1')
const B = sku('B1')

const order = (orderId: string, lines: [Sku, number][], reservationId = `r-${orderId}`): IntakeCandidate => ({
  orderId,
  reservationId,
  lines: lines.map(([unit, quantity]) => ({ sku: unit, quantity })),
  allowances: [],
})
const stock = (levels: [Sku, number, number][]): IntakeLevels => ({
  stock: new Map<Sku, StockLevel>(levels.map(([unit, onHand, allocated]) => [unit, { onHand, allocated }])),
  used: new Map(),
})

test('whole orders are admitted in stream order: who came first gets the last unit', () => {
  const plan = planIntake([order('first', [[A, 2]]), order('second', [[A, 2]]), order('third', [[A, 1]])], stock([[A, 3, 0]]), new Map())
  expect(plan.decisions).toEqual(['allocate', 'SOLD_OUT', 'allocate'])
  expect(plan.changes.get(A)).toEqual({ taken: 3, droppedReservations: ['r-first', 'r-second', 'r-third'] })
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
  expect(plan.decisions).toEqual(['SOLD_OUT', 'allocate'])
  expect(plan.changes.get(B)).toEqual({ taken: 0, droppedReservations: ['r-both'] })
})

test('two lines of one SKU are checked together', () => {
  const twice = order('twice', [
    [A, 1],
    [A, 1],
  ])
  expect(planIntake([twice], stock([[A, 1, 0]]), new Map()).decisions).toEqual(['SOLD_OUT'])
  expect(planIntake([twice], stock([[A, 2, 0]]), new Map()).changes.get(A)).toEqual({ taken: 2, droppedReservations: ['r-twice'] })
})

test('a redelivery of a recorded order changes nothing', () => {
  const plan = planIntake([order('one', [[A, 1]])], stock([[A, 5, 1]]), new Map([['one', 'r-one']]))
  expect(plan.decisions).toEqual(['redelivered'])
  expect(plan.changes.size).toBe(0)
})

test('a second reservation of a recorded order is dropped and allocates nothing', () => {
  const plan = planIntake([order('one', [[A, 1]], 'r-late')], stock([[A, 5, 1]]), new Map([['one', 'r-one']]))
  expect(plan.decisions).toEqual(['superseded'])
  expect(plan.changes.get(A)).toEqual({ taken: 0, droppedReservations: ['r-late'] })
})

test('one order twice in a batch is recorded once', () => {
  const plan = planIntake([order('one', [[A, 1]]), order('one', [[A, 1]], 'r-other')], stock([[A, 5, 0]]), new Map())
  expect(plan.decisions).toEqual(['allocate', 'superseded'])
})

test('a SKU that has no stock row is sold out', () => {
  const plan = planIntake([order('one', [[A, 1]])], stock([]), new Map())
  expect(plan.decisions).toEqual(['SOLD_OUT'])
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
        const { onHand, allocated } = levels.stock.get(unit) as StockLevel
        expect(changes.get(unit)?.taken ?? 0).toBe(taken)
        expect(allocated + taken).toBeLessThanOrEqual(onHand)
      }
    }),
  )
})

const use = (key: string, units: number, limit: number) => ({ key, units, limit }) as Allowance

test('a code and a customer are held to their limits in stream order, and what was refused uses nothing', () => {
  const [code, customer] = ['code:ONCE', 'sku:A1:ann']
  const batch = [
    { ...order('first', [[A, 1]]), allowances: [use(code, 1, 1), use(customer, 1, 3)] },
    { ...order('late-for-the-code', [[A, 1]]), allowances: [use(code, 1, 1), use(customer, 1, 3)] },
    { ...order('up-to-the-limit', [[A, 2]]), allowances: [use(customer, 2, 3)] },
    { ...order('beyond-it', [[A, 1]]), allowances: [use(customer, 1, 3)] },
  ]
  const plan = planIntake(batch, stock([[A, 10, 0]]), new Map())
  expect(plan.decisions).toEqual(['allocate', 'CODE_USED_UP', 'allocate', 'CUSTOMER_LIMIT_REACHED'])
  expect(plan.changes.get(A)?.taken).toBe(3)
  expect(Object.fromEntries(plan.changes)).toMatchObject({
    [code]: { taken: 1, droppedReservations: ['r-first', 'r-late-for-the-code'] },
    [customer]: { taken: 3 },
  })
})

test('what was used before counts, and a lower limit than that admits nobody', () => {
  const levels = { ...stock([[A, 10, 0]]), used: new Map([[use('code:ONCE', 1, 1).key, 5]]) }
  const decide = (limit: number) =>
    planIntake([{ ...order('one', [[A, 1]]), allowances: [use('code:ONCE', 1, limit)] }], levels, new Map()).decisions
  expect([decide(4), decide(5), decide(6)]).toEqual([['CODE_USED_UP'], ['CODE_USED_UP'], ['allocate']])
})
