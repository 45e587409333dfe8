import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fail } from '#/domain/result.ts'
import type { Sku } from '#/domain/sku.ts'
import { eventually } from '#/drill/engine/eventually.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { setSaleWindow } from '../catalog/edit-catalog.ts'
import { type CodeDraft, endCode, putCode } from '../catalog/edit-codes.ts'
import { openShards } from '../inventory/open-shards.ts'
import { type Cart, newCart } from './cart-cookie.ts'
import { enterCode } from './enter-code.ts'
import { cartTotals, priceCart } from './priced-cart.ts'

let engine: TestEngine
let lamp: Sku
let chair: Sku

beforeAll(async () => {
  engine = await startTestEngine()
  lamp = await engine.sell({ price: 20_00 })
  chair = await engine.sell({ price: 30_00 })
  await put({ code: 'TENTH' })
  await put({ code: 'FROM-50', minimumMinor: 50_00 })
  await put({ code: 'CHAIRS', kind: 'amount', value: 5_00, skus: [chair] })
  await put({ code: 'LATER', startsAtMs: Date.now() + 3_600_000 })
  await put({ code: 'OVER' })
  await endCode(engine.db, 'OVER', Date.now())
  await engine.rest()
})
afterAll(() => engine.stop())

async function put(own: Partial<CodeDraft>): Promise<void> {
  const whole = { kind: 'percentage', value: 1000, minimumMinor: 0, maxUses: null, maxUsesPerCustomer: null } as const
  const made = await putCode(engine.db, { code: 'NONE', ...whole, startsAtMs: null, endsAtMs: null, skus: null, ...own }, Date.now())
  if (!made.ok) throw new Error(made.code)
}

const cartOf = (...units: Sku[]): Cart => ({ ...newCart(randomUUID), lines: units.map((sku) => ({ sku, quantity: 1 })) })

async function priced(cart: Cart) {
  const answer = await priceCart(engine, cart)
  if (!answer.ok) throw new Error(answer.code)
  return answer.value
}

test('a code is taken as it is typed, in any case and with spaces around it', async () => {
  const cart = cartOf(lamp)
  expect(await enterCode(engine, cart, '  tenth ')).toEqual({ ok: true, value: { ...cart, code: 'TENTH' } })
})

test.each([
  ['NEVER-WAS', 'CODE_UNKNOWN'],
  ['no code at all', 'CODE_UNKNOWN'],
  ['\0', 'CODE_UNKNOWN'],
  ['x'.repeat(10_000), 'CODE_UNKNOWN'],
  ['LATER', 'CODE_NOT_YET'],
  ['OVER', 'CODE_ENDED'],
])('a code that nobody can use now is not put into the cart: %j answers %s', async (typed, code) => {
  expect(await enterCode(engine, cartOf(lamp), typed)).toMatchObject({ ok: false, code })
})

test('a code whose minimum is not reached, or which is for other things, waits in the cart until the lines fit', async () => {
  for (const [code, problem] of [
    ['FROM-50', fail('CODE_BELOW_MINIMUM', { minimumMinor: 50_00 })],
    ['CHAIRS', fail('CODE_NOT_FOR_THESE')],
  ] as const) {
    const entered = await enterCode(engine, cartOf(lamp), code)
    if (!entered.ok) throw new Error(entered.code)
    const waiting = await priced(entered.value)
    expect(waiting.code).toEqual({ code, check: problem })
    expect(cartTotals(waiting, 'IE').standard).toMatchObject({ discountMinor: 0, totalMinor: 24_90 })

    const fitting = await priced({ ...cartOf(lamp, chair), code })
    expect(fitting.code).toMatchObject({ code, check: { ok: true, value: { code, version: 1 } } })
    expect(cartTotals(fitting, 'IE').standard).toMatchObject({ discountMinor: 5_00, totalMinor: 49_90 })
  }
})

test('totals are of each way of delivery and of the country asked for, with tax included or on top', async () => {
  const totals = (country: 'IE' | 'CH') => priced({ ...cartOf(lamp, chair), code: 'TENTH' }).then((cart) => cartTotals(cart, country))
  expect(await totals('IE')).toMatchObject({
    standard: { deliveryMinor: 4_90, taxMode: 'included', taxMinor: 9_33, totalMinor: 49_90 },
    express: { deliveryMinor: 12_90, totalMinor: 57_90 },
  })
  expect(await totals('CH')).toMatchObject({
    standard: { taxMode: 'added', taxMinor: 4_04, totalMinor: 53_94 },
    express: { taxMinor: 4_69, totalMinor: 62_59 },
  })
})

test('what is not on sale counts for nothing: not for the total, not for the minimum of a code', async () => {
  const gone = await engine.sell({ price: 90_00 })
  await setSaleWindow(engine.db, gone, { startsAtMs: null, endsAtMs: 1 }, Date.now())
  await engine.rest()
  const cart = await priced({ ...cartOf(lamp, gone), code: 'FROM-50' })
  expect(cart.code?.check).toMatchObject({ code: 'CODE_BELOW_MINIMUM' })
  expect(cartTotals(cart, 'IE').standard).toMatchObject({ subtotalMinor: 20_00, totalMinor: 24_90 })
})

test('a code that ended since it was entered stays visible as such and takes nothing off', async () => {
  const cart = await priced({ ...cartOf(lamp), code: 'OVER' })
  expect(cart.code).toEqual({ code: 'OVER', check: fail('CODE_ENDED') })
  expect(cartTotals(cart, 'IE').standard.discountMinor).toBe(0)
})

test('while core is away a cart and its code are priced by Postgres, without stock', async () => {
  await engine.stack.core.kill()
  const cart = await priced({ ...cartOf(lamp), code: 'TENTH' })
  expect(cart.lines).toMatchObject([{ sku: lamp, available: null }])
  expect(cartTotals(cart, 'IE').standard).toMatchObject({ discountMinor: 2_00, totalMinor: 22_90 })
  await engine.stack.core.start()
  await eventually('core is back', async () => {
    await openShards(engine)
    return (await priceCart(engine, cartOf(lamp))).ok
  })
})
