import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Sku } from '#/domain/sku.ts'
import { ASKING_CARD, DECLINED_CARD } from '#/drill/engine/order-hands.ts'
import { SHARD } from '#/drill/engine/shelf.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { requestCancel } from '../orders/request-cancel.ts'
import { takeInBatch } from '../orders/run-intake.ts'
import { countUnpaid } from './count-unpaid.ts'
import { readAvailability } from './read-availability.ts'
import { UnpaidOrders } from './unpaid-orders.ts'

let engine: TestEngine

beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine.stop())

/** As a web process that has just started sees it: nothing is remembered from the question before. */
async function look(...units: Sku[]) {
  const unpaid = new UnpaidOrders((skus) => countUnpaid(engine.db, skus))
  const read = await readAvailability({ counters: engine.counters, unpaid }, units)
  return read.ok ? Object.fromEntries(read.value) : read.code
}

async function heldOf(unit: Sku): Promise<number> {
  const seen = await look(unit)
  return typeof seen === 'string' ? -1 : (seen[unit]?.held ?? -1)
}

async function place(unit: Sku, quantity: number, paymentMethod?: string): Promise<string> {
  const placing = await engine.placing([[unit, quantity]], paymentMethod === undefined ? {} : { paymentMethod })
  expect((await engine.counters.place(placing)).code).toBe('PLACED')
  return placing.checkoutId
}

test('units that are all in checkouts are held from the placing until they are paid or come back', async () => {
  const unit = await engine.sell({ stock: 3 })
  const orderId = await place(unit, 3, ASKING_CARD)
  expect(await look(unit)).toEqual({ [unit]: { available: 0, held: 1 } })
  await takeInBatch(engine, SHARD, 1)
  expect(await heldOf(unit)).toBeGreaterThanOrEqual(1)
  await engine.rest()
  expect(await look(unit)).toEqual({ [unit]: { available: 0, held: 1 } })
  await engine.desk.answerBank(orderId, 'confirm')
  await engine.book.hintOrder(orderId, engine.clock.now())
  await engine.rest()
  expect(await look(unit)).toEqual({ [unit]: { available: 0, held: 0 } })
})

test('a declined order holds its units until it is cancelled, and then they are there again', async () => {
  const unit = await engine.sell({ stock: 1 })
  const orderId = await place(unit, 1, DECLINED_CARD)
  await engine.rest()
  expect(await look(unit)).toEqual({ [unit]: { available: 0, held: 1 } })
  await requestCancel(engine, orderId, 'BY_SHOPPER')
  await engine.rest()
  expect(await look(unit)).toEqual({ [unit]: { available: 1, held: 0 } })
})

test('what was never there, or was sold and paid, is held by nobody, and a SKU that core does not know is left out', async () => {
  const [empty, sold] = [await engine.sell({ stock: 0 }), await engine.sell({ stock: 2 })]
  await place(sold, 2)
  await engine.rest()
  expect(await look(empty, sold, 'UNKNOWN' as Sku)).toEqual({ [empty]: { available: 0, held: 0 }, [sold]: { available: 0, held: 0 } })
})

test('without Postgres it is what core knows, at once', async () => {
  const unit = await engine.sell({ stock: 1 })
  await place(unit, 1)
  const away = new UnpaidOrders((skus) => countUnpaid(engine.connectDb('postgres://127.0.0.1:1/nothing', 1), skus))
  const read = await readAvailability({ counters: engine.counters, unpaid: away }, [unit])
  expect(read).toEqual({ ok: true, value: new Map([[unit, { available: 0, held: 1 }]]) })
  await engine.rest()
})

test('while something is left Postgres is not asked', async () => {
  const unit = await engine.sell({ stock: 5 })
  const unpaid = { of: () => Promise.reject(new Error('asked')) }
  const read = await readAvailability({ counters: engine.counters, unpaid }, [unit])
  expect(read).toEqual({ ok: true, value: new Map([[unit, { available: 5, held: 0 }]]) })
})

test('a crowd is one question at a time, each SKU asked for once, and a question that hangs keeps nobody', async () => {
  const asked: (readonly Sku[])[] = []
  let hang = Promise.resolve()
  const unpaid = new UnpaidOrders(async (skus) => {
    asked.push(skus)
    await hang
    return new Map(skus.map((sku) => [sku, 2]))
  })
  const [a, b, c, d] = ['A1', 'B1', 'C1', 'D1'] as Sku[] as [Sku, Sku, Sku, Sku]
  expect(await Promise.all([a, b, a, b, a].map((sku) => unpaid.of(sku)))).toEqual([2, 2, 2, 2, 2])
  expect(asked.flat().toSorted()).toEqual([a, b])

  let letGo = () => {}
  hang = new Promise((resolve) => {
    letGo = resolve
  })
  expect(await unpaid.of(c)).toBe(0)
  expect(await unpaid.of(d)).toBe(0)
  expect(asked.flat()).not.toContain(d)
  letGo()
})

test('nothing here left anything broken', async () => {
  expect(await engine.violations()).toEqual([])
})
