import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkoutForm } from './checkout-form.ts'
import { placedOrderSchema } from './placed-order.ts'

const SOUND = {
  email: 'ann@example.com',
  name: 'Ann Field',
  street: '1 Long Road',
  city: 'Dublin',
  postcode: 'D02 XY00',
  country: 'IE',
  deliveryMethod: 'standard',
  paymentMethod: 'pm_card_visa',
}
const TYPED = ['name', 'street', 'city', 'postcode'] as const
const LONGEST = { name: 100, street: 120, city: 80, postcode: 16 } as const

function errorsOf(change: Record<string, unknown>): string[] {
  const parsed = checkoutForm.safeParse({ ...SOUND, ...change })
  return parsed.success ? [] : parsed.error.issues.map((issue) => issue.path.join('.'))
}

test('a sound form is taken, and names of all the world with it', () => {
  expect(errorsOf({})).toEqual([])
  for (const name of ['Ngũgĩ wa Thiong’o', '王小明', 'محمد', 'Zoë', '🧑‍🚀', 'O', "Robert'); DROP TABLE orders;--", '<b>Ann</b>']) {
    expect(checkoutForm.parse({ ...SOUND, name }).name).toBe(name.normalize('NFC'))
  }
})

test.each([
  ['NUL', 'A\0nn'],
  ['a control character', 'A\u0007nn'],
  ['a line break', 'Ann\nBcc: all@example.com'],
  ['a carriage return', 'Ann\r'],
  ['a separator of lines', 'Ann\u2028Field'],
  ['a C1 control', 'Ann\u0085'],
  ['a lone high surrogate', 'Ann\ud83d'],
  ['a lone low surrogate', '\ude80Ann'],
  ['U+FFFD, where bytes were not UTF-8', 'Ann \ufffd'],
  ['nothing', ''],
  ['spaces only', '   '],
  ['white space of all kinds only', ' \u00a0\u2003\u3000\ufeff'],
])('%s in any field is a message beside that field', (_, text) => {
  for (const field of TYPED) expect(errorsOf({ [field]: text })).toContain(field)
  expect(errorsOf({ email: `${text}@example.com` })).toContain('email')
})

test('characters that are not seen are no name', () => {
  for (const text of ['\u200b', '\u200b\u200d', '\u2060', '\u00ad', '\u3164', '\u202e', ' \u200e ']) {
    expect(errorsOf({ name: text })).toContain('name')
  }
})

test('a field takes its longest text and nothing longer, and huge ones are refused before work is done on them', () => {
  for (const field of TYPED) {
    expect(errorsOf({ [field]: 'x'.repeat(LONGEST[field]) })).toEqual([])
    expect(errorsOf({ [field]: `  ${'x'.repeat(LONGEST[field])}  ` })).toEqual([])
    expect(errorsOf({ [field]: 'x'.repeat(LONGEST[field] + 1) })).toEqual([field])
    expect(errorsOf({ [field]: 'x'.repeat(5_000_000) })).toContain(field)
  }
  expect(errorsOf({ email: `${'a'.repeat(300)}@example.com` })).toContain('email')
})

test('what is missing, or is no text, is told field by field', () => {
  const parsed = checkoutForm.safeParse({})
  expect(parsed.success ? [] : parsed.error.issues.map((issue) => issue.path[0]).sort()).toEqual(Object.keys(SOUND).sort())
  const file = new File(['x'], 'name.txt')
  for (const value of [null, 5, {}, [], file]) expect(errorsOf({ name: value })).toEqual(['name'])
})

test('a choice that the page did not offer is refused', () => {
  for (const text of ['US', 'ie', '', 'constructor', '__proto__', 'toString']) expect(errorsOf({ country: text })).toEqual(['country'])
  for (const text of ['drone', 'constructor']) expect(errorsOf({ deliveryMethod: text })).toEqual(['deliveryMethod'])
  for (const text of ['pm_card_amex', 'constructor', '__proto__', 'hasOwnProperty']) {
    expect(errorsOf({ paymentMethod: text })).toEqual(['paymentMethod'])
  }
})

test('whatever is typed, what passes can be placed and written by Postgres, and parses to itself', () => {
  const typed = fc.string({
    unit: fc.oneof(
      fc.constant('a'),
      fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)),
    ),
    maxLength: 130,
  })
  const contact = placedOrderSchema.pick({ email: true, name: true, street: true, city: true, postcode: true, country: true })
  fc.assert(
    fc.property(typed, typed, (name, street) => {
      const parsed = checkoutForm.safeParse({ ...SOUND, name, street })
      if (!parsed.success) return
      expect(contact.safeParse(parsed.data).success).toBe(true)
      expect(parsed.data.name).not.toContain('\0')
      expect(parsed.data.name.isWellFormed() && parsed.data.street.isWellFormed()).toBe(true)
      expect(checkoutForm.parse(parsed.data)).toEqual(parsed.data)
    }),
    { numRuns: 500 },
  )
})
