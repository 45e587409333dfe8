import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addToCart, type countUnits, LINE_MAX_QUANTITY, setQuantity } from './cart.ts'
import { type CartChange, guess, NOTHING, type ShownCart, type ShownLine } from './cart-changes.ts'
import { sku } from './sku.ts'

const SEEN = { slug: 'lamp', name: 'Lamp', label: '', picture: null }
const SKUS = ['LAMP', 'CHAIR-RED', 'BALL'].map(sku)

const change = fc.record({
  kind: fc.constantFrom('add' as const, 'set' as const),
  sku: fc.constantFrom(...SKUS),
  quantity: fc.integer({ min: 1, max: 3 }),
  seen: fc.constant(SEEN),
})

function lineOf(unit: string, quantity: number, own: Partial<ShownLine> = {}): ShownLine {
  const known = { maxQuantity: 20, unitPriceMinor: 5_00, currency: 'EUR', onSale: true, problem: null, isGuess: false } as const
  return { sku: sku(unit), ...SEEN, quantity, ...known, ...own }
}

const cartOf = (...lines: ShownLine[]): ShownCart => ({ ...NOTHING, lines, subtotalMinor: 10_00, discountMinor: 1_00 })

test('a guess holds what the server will answer when it agrees to everything, whatever was asked in whatever order', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 6 }), (changes) => {
      const answered = changes.reduce<Parameters<typeof countUnits>[0]>((lines, { kind, sku: unit, quantity }) => {
        const answer = kind === 'add' ? addToCart(lines, unit, quantity) : setQuantity(lines, unit, quantity)
        return answer.ok ? answer.value : lines
      }, [])
      fc.pre(answered.every(({ quantity }) => quantity <= LINE_MAX_QUANTITY))
      const { lines } = guess(NOTHING, changes)
      expect(lines.map(({ sku: unit, quantity }) => ({ sku: unit, quantity }))).toEqual(answered)
    }),
  )
})

test('what is left out of the changes leaves nothing behind: refusing one of several rolls back that one alone', () => {
  const cart = cartOf(lineOf('BALL', 2))
  const [adding, more] = [
    { kind: 'add', sku: sku('LAMP'), quantity: 1, seen: SEEN },
    { kind: 'set', sku: sku('BALL'), quantity: 5, seen: SEEN },
  ] as const satisfies CartChange[]
  expect(guess(cart, [adding, more]).lines.map(({ sku: unit, quantity, isGuess }) => [unit, quantity, isGuess])).toEqual([
    ['BALL', 5, true],
    ['LAMP', 1, true],
  ])
  expect(guess(cart, [more]).lines).toEqual([lineOf('BALL', 5, { isGuess: true })])
  expect(guess(cart, [])).toBe(cart)
})

test('the subtotal follows known prices, leaves out what is not on sale, and is unknown while a price is', () => {
  const cart = cartOf(lineOf('BALL', 2), lineOf('CHAIR-RED', 1, { onSale: false }))
  const set = (quantity: number): CartChange => ({ kind: 'set', sku: sku('BALL'), quantity, seen: SEEN })
  expect(guess(cart, [set(3)]).subtotalMinor).toBe(15_00)
  expect(guess(cart, [set(0)]).subtotalMinor).toBe(0)
  expect(guess(cart, [{ kind: 'add', sku: sku('LAMP'), quantity: 1, seen: SEEN }]).subtotalMinor).toBeNull()
})

test('a line that nobody sells any more can be removed', () => {
  const cart = { ...cartOf(), unknown: [sku('GONE')] }
  expect(guess(cart, [{ kind: 'set', sku: sku('GONE'), quantity: 0, seen: SEEN }]).unknown).toEqual([])
})
