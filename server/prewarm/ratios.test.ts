import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isCold, NOTHING, percent, ratioOf, tally } from './ratios.ts'

const of = (hits: number, asked: number) => ({ now: { asked, hits, misses: [] } })

test('a layer is cold below 95 of a hundred, and not at 95', () => {
  expect([of(95, 100), of(949, 1000), of(19, 20), of(0, 1)].map(isCold)).toEqual([false, true, false, true])
})

test('a layer of which nothing was asked is not cold, and has no ratio', () => {
  expect(isCold({ now: NOTHING })).toBe(false)
  expect(ratioOf(NOTHING)).toBe(null)
  expect(percent(NOTHING)).toBe('–')
})

test('what is written is never more than what is: no layer that is cold looks warm', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), fc.nat(100_000), (asked, more) => {
      const hits = Math.min(asked, more)
      const written = Number.parseFloat(percent({ hits, asked }))
      expect(written).toBeLessThanOrEqual((100 * hits) / asked + 1e-9)
      if (isCold(of(hits, asked))) expect(written).toBeLessThan(95)
      if (written === 100) expect(hits).toBe(asked)
    }),
  )
})

test('every question is counted, and each miss is named with what was said of it, what was asked last at first', () => {
  const question = (path: string) => ({ kind: 'page', path, encoding: 'br' }) as const
  const judged = ['/a', '/b', '/c'].map((path) => ({
    question: question(path),
    verdict: { outcome: path === '/b' ? ('hit' as const) : ('passed' as const), status: 200, said: `of ${path}` },
  }))
  const misses = ['/c', '/a'].map((path) => ({ ...question(path), outcome: 'passed', status: 200, said: `of ${path}` }))
  expect(tally(judged)).toEqual({ asked: 3, hits: 1, misses })
})
