import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LIST_MAX_PAGES, listPath, parseListPath, SORTS } from './list-path.ts'

test('every page of every list has one address, which is read back as what was chosen', () => {
  const choice = fc.record({ sort: fc.constantFrom(...SORTS), page: fc.integer({ min: 1, max: LIST_MAX_PAGES }) })
  fc.assert(
    fc.property(choice, (chosen) => {
      const [, , slug, ...rest] = listPath('shoes', chosen).split('/')
      expect(slug).toBe('shoes')
      expect(parseListPath(rest)).toEqual(chosen)
    }),
  )
})

test.each([
  ['page-1'],
  ['page-0'],
  ['page-01'],
  ['page-501'],
  ['page-2x'],
  ['sort-catalogue'],
  ['sort-colour'],
  ['page-2', 'sort-newest'],
  ['sort-newest', 'sort-newest'],
  ['sort-newest', 'page-2', 'page-3'],
  [''],
])('an address that is not the one of any page is none: %s', (...chosen) => {
  expect(parseListPath(chosen)).toBeNull()
})
