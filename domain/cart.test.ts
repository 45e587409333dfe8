import { expect, test } from 'vitest'
import { addToCart, CART_MAX_LINES, countUnits, LINE_MAX_QUANTITY, setQuantity } from './cart.ts'
import { sku } from './sku.ts'

const shoe = sku('SHOE-42')
const lamp = sku('LAMP')

test('lines of one SKU merge', () => {
  const once = addToCart([], shoe, 2)
  const twice = once.ok ? addToCart(once.value, shoe, 3) : once
  expect(twice).toEqual({ ok: true, value: [{ sku: shoe, quantity: 5 }] })
})

test('a line never grows past its bound, and the cart stays as it was', () => {
  const lines = [{ sku: shoe, quantity: LINE_MAX_QUANTITY }]
  expect(addToCart(lines, shoe, 1)).toEqual({ ok: false, code: 'TOO_MANY', sku: shoe, maxQuantity: LINE_MAX_QUANTITY })
  expect(lines).toEqual([{ sku: shoe, quantity: LINE_MAX_QUANTITY }])
})

test('a full cart takes more of what it holds and nothing else', () => {
  const full = Array.from({ length: CART_MAX_LINES }, (_, n) => ({ sku: sku(`THING-${n}`), quantity: 1 }))
  expect(addToCart(full, lamp, 1)).toMatchObject({ ok: false, code: 'CART_FULL' })
  expect(addToCart(full, sku('THING-0'), 1)).toMatchObject({ ok: true })
})

test('quantity 0 removes a line and leaves the others in their order', () => {
  const lines = [
    { sku: shoe, quantity: 1 },
    { sku: lamp, quantity: 2 },
  ]
  expect(setQuantity(lines, shoe, 0)).toEqual({ ok: true, value: [{ sku: lamp, quantity: 2 }] })
})

test('a line that another tab has removed does not come back, nor does a full cart grow by it', () => {
  const full = Array.from({ length: CART_MAX_LINES }, (_, n) => ({ sku: sku(`THING-${n}`), quantity: 1 }))
  expect(setQuantity(full, lamp, 3)).toEqual({ ok: true, value: full })
})

test('counts units, not lines', () => {
  expect(
    countUnits([
      { sku: shoe, quantity: 3 },
      { sku: lamp, quantity: 2 },
    ]),
  ).toBe(5)
})
