import { expect, test } from 'vitest'
import { displayPageLife } from '../cache/manifest.ts'
import { TagClock } from '../cache/tag-clock.ts'
import { isNewer, spreadLife } from './judge-kept.ts'
import { setTagClock } from './tag-clock.ts'

test('of two lives of the feed what is of the one that goes on is newer, whatever the clocks say; else the later rendering is', () => {
  const of = (epoch: string | null, renderedAtMs: number, sequence = 5) => ({
    asOf: epoch === null ? null : { epoch, sequence },
    renderedAtMs,
  })
  const clock = new TagClock()
  setTagClock(clock)
  const newer = (one: ReturnType<typeof of>, other: ReturnType<typeof of>) => [isNewer(one, other), isNewer(other, one)]
  expect(newer(of('before', 2), of('now', 1)), 'while nobody knows which goes on').toEqual([true, false])
  clock.apply({ epoch: 'now', since: 0, head: 9, changed: new Map() }, 0)
  for (const other of ['before', '', null]) expect(newer(of('now', 1), of(other, 2, 8))).toEqual([true, false])
  expect(newer(of('before', 2), of(null, 1))).toEqual([true, false])
  expect(newer(of('now', 1, 6), of('now', 2, 5))).toEqual([true, false])
  expect(newer(of('now', 1), of('now', 1))).toEqual([false, false])
})

test('lives that begin together end apart: each up to a tenth longer or shorter, and the same whenever it is asked', () => {
  const whole = displayPageLife.revalidate
  const lives = Array.from({ length: 1000 }, (_, n) => spreadLife(whole, `/p/${n}`))
  expect(Math.min(...lives)).toBeGreaterThanOrEqual(whole * 0.9)
  expect(Math.max(...lives)).toBeLessThanOrEqual(whole * 1.1)
  expect(new Set(lives).size).toBeGreaterThan(500)
  expect(spreadLife(whole, '/p/7')).toBe(lives[7])
})

test('a life that ends at a certain moment is left as it is', () => {
  expect(spreadLife(17, '/sale/sale-day')).toBe(17)
})
