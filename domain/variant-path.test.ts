import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseVariantPath, valueWords, variantPath } from './variant-path.ts'

const SHOE = [
  { name: 'Colour', values: ['Black', 'Off white'] },
  { name: 'Size', values: ['41', '42'] },
]

test('whatever is chosen has one address, which is read back as what was chosen', () => {
  const option = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }), { minLength: 1, maxLength: 6 })
  const chosen = fc
    .array(option, { minLength: 1, maxLength: 3 })
    .chain((lists) =>
      fc.tuple(
        fc.constant(lists.map((values, i) => ({ name: `${i}`, values }))),
        fc.tuple(...lists.map((values) => fc.constantFrom(...values))),
      ),
    )
  fc.assert(
    fc.property(chosen, fc.nat(3), ([options, all], length) => {
      const values = all.slice(0, length)
      const [, , slug, ...path] = variantPath('thing', options, values).split('/')
      expect(slug).toBe('thing')
      for (const word of path) expect(word).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
      expect(parseVariantPath(options, path)).toEqual(values)
    }),
  )
})

test('values are spelled as people would', () => {
  expect([
    ...valueWords(['Off white', '16 GB', 'Rosé', 'Box of six tins', '45 cm', 'Ø 36', '黒', 'off-white', 'Off White']).values(),
  ]).toEqual(['off-white', '16-gb', 'rose', 'box-of-six-tins', '45-cm', '36', '7', 'off-white-8', 'off-white-9'])
})

test.each([[[]], [['black']], [['off-white', '42']]])('%j stands for something', (path) => {
  expect(parseVariantPath(SHOE, path)).toHaveLength(path.length)
})

test.each([
  [['Black']],
  [['42']],
  [['black', '43']],
  [['black', '42', '']],
  [['black', '42', '42']],
  [['']],
  [['off white']],
  [['__proto__']],
])('%j stands for nothing', (path) => {
  expect(parseVariantPath(SHOE, path)).toBeNull()
})

test('what has nothing to choose has no address but its own', () => {
  expect(parseVariantPath([], [])).toEqual([])
  expect(parseVariantPath([], ['black'])).toBeNull()
  expect(variantPath('mouse', [], [])).toBe('/p/mouse')
})
