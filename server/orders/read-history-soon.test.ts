import { afterAll, beforeAll, expect, test } from 'vitest'
import { orderHands } from '#/drill/engine/order-hands.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { connectDatabase } from '../db/client.ts'
import { postgresOrderBook } from './postgres-order-book.ts'
import { PAUSE_MS, readHistorySoon } from './read-history-soon.ts'

let engine: TestEngine
let orderId: string

beforeAll(async () => {
  engine = await startTestEngine()
  orderId = await orderHands(engine).declined()
})
afterAll(() => engine.stop())

test('a page has the history of an order; without Postgres it has none, asks no more for a while, and then has it again', async () => {
  const statesOf = async (asked: ReturnType<typeof readHistorySoon>) => (await asked)?.map(({ state }) => state) ?? null
  const whole = ['ALLOCATED', 'PAYING', 'DECLINED']
  expect(await statesOf(readHistorySoon(engine, orderId, 0))).toEqual(whole)

  const nobody = connectDatabase('postgresql://nobody@127.0.0.1:1/none', 1)
  expect(await statesOf(readHistorySoon({ book: postgresOrderBook(nobody) }, orderId, 1))).toBeNull()
  expect(await statesOf(readHistorySoon(engine, orderId, PAUSE_MS))).toBeNull()
  expect(await statesOf(readHistorySoon(engine, orderId, PAUSE_MS + 1))).toEqual(whole)
})
