import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestStore, type TestStore } from '#/scripts/stack/test-store.ts'
import { findViolations } from './invariants.ts'
import { orderOn, Shopper } from './shopper.ts'

let store: TestStore

beforeAll(async () => {
  store = await startTestStore()
})
afterAll(() => store.stop())

test('a guest buys', async () => {
  const shopper = new Shopper(store.url)
  const page = await shopper.place(await shopper.buy('canvas-high-tops'))
  console.log(page.path, orderOn(page))
  expect(orderOn(page)).toBeTruthy()
})
