import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { CART_MAX_LINES, LINE_MAX_QUANTITY } from '#/domain/cart.ts'
import { type Sku, sku } from '#/domain/sku.ts'
import { testEnv } from '#/drill/engine/test-env.ts'
import { checkoutForm } from '../orders/checkout-form.ts'
import { addOrder, mayOpen, openOrders } from '../orders/order-access.ts'
import { isOrderKey, orderLink } from '../orders/order-link.ts'
import { signed } from '../signing.ts'
import { type Cart, openCart, sealCart } from './cart-cookie.ts'
import { type CheckoutNote, openNote, sealNote } from './checkout-note.ts'
import { type CheckoutToken, openCheckout, sealCheckout } from './checkout-token.ts'

/** What a browser keeps of a cookie, its name and attributes included. */
const COOKIE_BYTES = 4096

beforeAll(() => {
  Object.assign(process.env, testEnv())
})

const word = (most: number) => fc.stringMatching(new RegExp(`^[A-Z0-9]{1,${most}}$`))
const unit: fc.Arbitrary<Sku> = fc
  .tuple(fc.stringMatching(/^[A-Z0-9]{2,16}$/), fc.array(word(9), { maxLength: 3 }))
  .map(([code, rest]) => sku([code, ...rest].join('-')))
const quantity = fc.integer({ min: 1, max: LINE_MAX_QUANTITY })
const version = fc.integer({ min: 1, max: 2 ** 31 - 1 })
const uniqueLines = <T extends { sku: Sku }>(line: fc.Arbitrary<T>, minLength: number) =>
  fc.uniqueArray(line, { minLength, maxLength: CART_MAX_LINES, selector: (one) => one.sku })
const uuid = fc.uuid()
const cart: fc.Arbitrary<Cart> = fc.record({
  checkoutId: uuid,
  shopperId: uuid,
  lines: uniqueLines(fc.record({ sku: unit, quantity }), 0),
  code: fc.option(fc.constantFrom('SPRING', 'A-CODE-OF-24-CHARACTERS-')),
  untouched: fc.boolean(),
})
const checkout: fc.Arbitrary<CheckoutToken> = fc.record({
  checkoutId: uuid,
  lines: uniqueLines(fc.record({ sku: unit, offerVersion: version, quantity }), 1),
  code: fc.option(fc.record({ code: fc.constantFrom('SPRING', 'FIRST-10'), version })),
  totalsMinor: fc.record({ standard: fc.nat(), express: fc.nat() }),
})
/** The names are those of our own form, whatever else was posted. */
const typed = fc.dictionary(fc.constantFrom(...Object.keys(checkoutForm.shape)), fc.string({ unit: 'binary', maxLength: 300 }))
const note: fc.Arbitrary<CheckoutNote> = fc.record({
  problem: fc.oneof(
    fc.record({ code: fc.constantFrom('FORGED', 'FIELDS', 'NOT_READY', 'CHECKING') }),
    fc.record({ code: fc.constant('SOLD_OUT'), short: fc.array(fc.record({ sku: unit, available: fc.nat() }), { maxLength: 20 }) }),
  ) as fc.Arbitrary<CheckoutNote['problem']>,
  errors: fc.dictionary(fc.constantFrom('email', 'name', 'street'), fc.string({ maxLength: 60 })),
  values: typed,
})

test('every cart comes back from its cookie as it was, and the fullest fits into one', () => {
  fc.assert(
    fc.property(cart, (one) => {
      const cookie = sealCart(one)
      expect(openCart(cookie)).toEqual(one)
      expect(`cart=${cookie}; Path=/; HttpOnly; SameSite=lax; Secure; Max-Age=2592000`.length).toBeLessThan(COOKIE_BYTES)
    }),
  )
  const line = (n: number) => ({ sku: sku(`ABCDEFGHIJKLMN${10 + n}-ABCDEFGHIJKL-ABCDEFGHIJKL-ABCDE`), quantity: 20 })
  const fullest = {
    checkoutId: randomUUID(),
    shopperId: randomUUID(),
    untouched: false,
    lines: Array.from({ length: CART_MAX_LINES }, (_, n) => line(n)),
    code: 'A'.repeat(24),
  }
  expect(openCart(sealCart(fullest))).toEqual(fullest)
  expect(sealCart(fullest).length).toBeLessThan(COOKIE_BYTES - 100)
})

test('a cart of before codes still opens, and one whose code is none does not', () => {
  const payload = { c: randomUUID(), s: randomUUID(), l: [['ITEM1', 2]] }
  expect(openCart(signed('cart', payload))).toMatchObject({ checkoutId: payload.c, lines: [{ sku: 'ITEM1', quantity: 2 }], code: null })
  expect(openCart(signed('cart', { ...payload, d: 'SPRING' }))?.code).toBe('SPRING')
  for (const d of ['spring', 'A:B', 'A'.repeat(25), 5]) expect(openCart(signed('cart', { ...payload, d }))).toBeNull()
})

test('every checkout token comes back as it was', () => {
  fc.assert(fc.property(checkout, (one) => void expect(openCheckout(sealCheckout(one))).toEqual(one)))
})

test('a note never grows beyond what a browser keeps: of a novel the problem stays', () => {
  const one: CheckoutNote = { problem: { code: 'FIELDS' }, errors: { street: 'Too long.' }, values: { street: 'ß'.repeat(4000) } }
  const cookie = sealNote('nonce', one)
  expect(cookie.length).toBeLessThan(4000)
  expect(openNote(cookie, 'nonce')).toMatchObject({ problem: one.problem, errors: one.errors, values: {} })
})

test('every note comes back for its page view and for no other; what was typed is left out before it grows too large', () => {
  fc.assert(
    fc.property(note, uuid, (one, nonce) => {
      const cookie = sealNote(nonce, one)
      const opened = openNote(cookie, nonce)
      expect(opened).not.toBeNull()
      expect(opened?.problem).toEqual(one.problem)
      expect([JSON.stringify(one.values), '{}']).toContain(JSON.stringify(opened?.values))
      expect(cookie.length).toBeLessThan(COOKIE_BYTES - 100)
      expect(openNote(cookie, randomUUID())).toBeNull()
      expect(openNote(cookie, undefined)).toBeNull()
    }),
  )
})

test('a seal for one purpose opens nothing else', () => {
  fc.assert(
    fc.property(cart, checkout, (aCart, aCheckout) => {
      const seals = [sealCart(aCart), sealCheckout(aCheckout), addOrder(undefined, aCart.checkoutId)]
      const opened = seals.map((seal) => [openCart(seal), openCheckout(seal), openOrders(seal)[0] ?? null].map((one) => one !== null))
      expect(opened).toEqual([
        [true, false, false],
        [false, true, false],
        [false, false, true],
      ])
    }),
  )
})

test('what is forged, cut short or not there opens nothing, and throws nothing', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.base64String()), cart, fc.nat(), (text, one, at) => {
      const sealed = sealCart(one)
      for (const forged of [text, sealed.slice(0, at % sealed.length), `${sealed}x`, `${text}.${sealed.split('.')[1]}`]) {
        expect([openCart(forged), openCheckout(forged), openNote(forged, 'n')]).toEqual([null, null, null])
        expect(openOrders(forged)).toEqual([])
      }
    }),
  )
  expect([openCart(undefined), openCart(''), openCheckout(''), openNote(undefined, 'n')]).toEqual([null, null, null, null])
})

test.each([
  ['no lines', []],
  ['a quantity below one', [['ITEM1', 1, 0]]],
  ['a quantity above the limit', [['ITEM1', 1, LINE_MAX_QUANTITY + 1]]],
  ['half a unit', [['ITEM1', 1, 0.5]]],
  ['a SKU twice', [['ITEM1', 1, 1], ['ITEM1', 1, 1]]], // biome-ignore format: one line a case
  ['a SKU that is none', [['item-1', 1, 1]]],
  ['too many lines', Array.from({ length: CART_MAX_LINES + 1 }, (_, n) => [`ITEM${n}`, 1, 1])],
])('a checkout token under our own signature is still refused with %s', (_, lines) => {
  expect(openCheckout(signed('checkout', { c: randomUUID(), l: lines }))).toBeNull()
})

test('a browser opens the orders it placed, the newest thirty, and nobody else’s', () => {
  const ids = Array.from({ length: 40 }, () => randomUUID())
  const cookie = ids.reduce<string | undefined>((last, id) => addOrder(last, id), undefined)
  expect(openOrders(cookie)).toEqual(ids.toReversed().slice(0, 30))
  expect(mayOpen(cookie, ids[39] ?? '')).toBe(true)
  expect(mayOpen(cookie, ids[0] ?? '')).toBe(false)
  expect(mayOpen(undefined, ids[0] ?? '')).toBe(false)
  expect(openOrders(addOrder(cookie, ids[39] ?? ''))).toEqual(openOrders(cookie))
  expect((cookie ?? '').length).toBeLessThan(COOKIE_BYTES - 100)
})

test('the link of an order’s mail opens that order and no other', () => {
  const [mine, other] = [randomUUID(), randomUUID()]
  const key = new URL(orderLink(mine)).searchParams.get('key') ?? ''
  expect([isOrderKey(mine, key), isOrderKey(other, key), isOrderKey(mine, ''), isOrderKey(mine, `${key}A`)]).toEqual([
    true,
    false,
    false,
    false,
  ])
})
