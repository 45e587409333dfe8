import { afterAll, beforeAll, expect, test } from 'vitest'
import { sku } from '#/domain/sku.ts'
import { type DrillStore, startDrillStore } from './drill-store.ts'
import { orderedOn, Shopper } from './shopper.ts'

let store: DrillStore

beforeAll(async () => {
  store = await startDrillStore()
})
afterAll(() => store.stop())

test('400 shoppers at once for 50 units: 50 orders are confirmed, everybody else is told "sold out", and nothing is owed', async () => {
  const unit = sku('SKIPROPE')
  await store.merchant.offer(unit, 50)
  const checkouts = await Promise.all(
    Array.from({ length: 400 }, async () => {
      const shopper = new Shopper(store.url)
      return { shopper, checkout: await shopper.buy('sausage-skipping-rope') }
    }),
  )

  const answers = await Promise.all(checkouts.map(({ shopper, checkout }) => shopper.place(checkout)))

  const ordered = answers.map(orderedOn).filter((id) => id !== null)
  const refused = answers.filter((page) => orderedOn(page) === null)
  expect(ordered).toHaveLength(50)
  expect(new Set(ordered).size).toBe(50)
  for (const page of refused) expect(page.text).toContain('Skipping rope with sausages: sold out. Nothing was ordered or charged.')
  expect(refused).toHaveLength(350)

  expect(await store.violationsAtRest()).toEqual([])
  const states = await store.merchant.orderStates()
  expect([...states.keys()].sort()).toEqual([...ordered].sort())
  expect(new Set(states.values())).toEqual(new Set(['CONFIRMED']))
  expect(await store.merchant.available(unit)).toBe(0)
})
