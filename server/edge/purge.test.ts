import { expect, test } from 'vitest'
import { isOld, type Purge } from './purge.ts'

const told: Purge = {
  upTo: { epoch: 'e1', sequence: 7 },
  told: new Map([
    ['a', 5],
    ['b', 7],
  ]),
}
const of = (sequence: number, epoch = 'e1') => ({ epoch, sequence })

test.each([
  ['carries no tag that was told', { tags: ['c'], asOf: of(1) }, false],
  ['carries one, and says nothing of when it is', { tags: ['a'], asOf: null }, true],
  ['carries one, and is of before', { tags: ['c', 'a'], asOf: of(4) }, true],
  ['carries one, and is of that number', { tags: ['a'], asOf: of(5) }, false],
  ['carries two, and is new for one of them alone', { tags: ['a', 'b'], asOf: of(5) }, true],
  ['is of after all of it', { tags: ['a', 'b'], asOf: of(8) }, false],
  ['is of another life of the feed', { tags: ['a'], asOf: of(9, 'e2') }, true],
  ['bears a stamp that is no number', { tags: ['a'], asOf: of(Number.NaN) }, true],
])('what %s: old %#', (_, object, expected) => {
  expect(isOld(object, told)).toBe(expected)
})

test('where nobody knows what was told everything is old, whatever it says', () => {
  expect(isOld({ tags: [], asOf: of(9) }, { ...told, told: null })).toBe(true)
})
