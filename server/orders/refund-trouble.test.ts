import { afterAll, beforeAll, expect, test } from 'vitest'
import { FAILING_REFUND_CARD, merchantHands } from '#/drill/engine/merchant-hands.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'

let engine: TestEngine
let merchant: ReturnType<typeof merchantHands>

beforeAll(async () => {
  engine = await startTestEngine()
  merchant = merchantHands(engine)
})
afterAll(() => engine.stop())

/** A paid order of two lines, one unit each; the refund of the first was sent back by the bank. */
async function oneFailed(): Promise<{ orderId: string; amountMinor: number }> {
  const orderId = await merchant.paid([1, 1], { paymentMethod: FAILING_REFUND_CARD })
  const asked = await merchant.refund(orderId, merchant.units(0, 1))
  if (!asked.ok) throw new Error(asked.code)
  await engine.rest()
  await engine.desk.settleRefunds()
  for (const { id } of await merchant.refundsOf(orderId)) await engine.book.hintRefund(id, engine.clock.now())
  await engine.rest()
  return { orderId, amountMinor: asked.value.amountMinor }
}

const needsAPerson = async (orderId: string) => (await engine.book.troubledOrders(1000)).some((order) => order.orderId === orderId)

test('an order whose refund failed needs a person until that money is asked for anew, whatever else is refunded', async () => {
  const { orderId, amountMinor } = await oneFailed()
  expect(await needsAPerson(orderId)).toBe(true)
  await merchant.refund(orderId, merchant.units(1, 1))
  expect(await needsAPerson(orderId)).toBe(true)
  await merchant.refund(orderId, { kind: 'amount', amountMinor: amountMinor - 1 })
  expect(await needsAPerson(orderId)).toBe(true)
  await engine.rest()
  expect(await needsAPerson(orderId)).toBe(true)
  await merchant.refund(orderId)
  expect(await needsAPerson(orderId)).toBe(false)
})

test('an amount as large as what failed takes it up', async () => {
  const { orderId, amountMinor } = await oneFailed()
  await merchant.refund(orderId, { kind: 'amount', amountMinor })
  expect(await needsAPerson(orderId)).toBe(false)
})

test('of two refunds that the gateway refuses, the one that goes through leaves the other to a person', async () => {
  const orderId = await merchant.paid([1, 1])
  for (const position of [0, 1]) await merchant.refund(orderId, merchant.units(position, 1))
  const [first, second] = await merchant.refundsOf(orderId)
  const note = { trouble: 'the gateway refuses a refund: a test', nowMs: engine.clock.now() }
  for (const id of [first?.id ?? '', second?.id ?? '']) await engine.book.setRefundTrouble(id, note)
  const settle = (id = '') => engine.book.settleRefund(id, { kind: 'succeeded', gatewayRefundId: `re_${id}`, nowMs: engine.clock.now() })
  await settle(first?.id)
  expect(await needsAPerson(orderId)).toBe(true)
  await settle(second?.id)
  expect(await needsAPerson(orderId)).toBe(false)
})
