import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutWords, pageTitle, TITLE_MAX } from './page-words.ts'

test.each([
  ['Canvas high-tops', 20, 'Canvas high-tops'],
  ['Canvas high-tops, in white', 18, 'Canvas high-tops…'],
  ['Canvas high-tops in white', 17, 'Canvas high-tops…'],
  ['Canvas high-tops in white', 16, 'Canvas…'],
  ['  Two\n\nlines ', 20, 'Two lines'],
  ['Rindfleischetikettierung', 10, 'Rindfleis…'],
  ['😀😀😀😀', 4, '😀…'],
])('%j in %d characters is %j', (text, max, cut) => {
  expect(cutWords(text, max)).toBe(cut)
})

test('whatever a product is called, its title is no longer than what is shown of one, and ends in the shop’s name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (name) => {
      const title = pageTitle(name)
      expect(title.length).toBeLessThanOrEqual(TITLE_MAX)
      expect(title).toMatch(/ · Saleday$/)
      expect(title.isWellFormed()).toBe(true)
    }),
  )
})
