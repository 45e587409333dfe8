import { expect, test } from 'vitest'
import { displayPageLife } from '../cache/manifest.ts'
import { spreadLife } from './judge-kept.ts'

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
