import { expect, test } from 'vitest'
import { coverSizes } from './cover-sizes.ts'

test.each([
  ['as wide in shape as its frame', 4 / 5, '46vw', '46vw'],
  ['narrower in shape: it covers by its width', 2 / 3, '46vw', '46vw'],
  ['wider: what is cut off counts too', 3 / 2, '46vw', 'calc(1.88 * 46vw)'],
  [
    'each length, and no condition, grows',
    1,
    '(min-width: 86rem) 19.4rem, (min-width: 60rem) and (min-resolution: 2dppx) 23vw, 46vw',
    '(min-width: 86rem) calc(1.25 * 19.4rem), (min-width: 60rem) and (min-resolution: 2dppx) calc(1.25 * 23vw), calc(1.25 * 46vw)',
  ],
  [
    'a length may be a calculation with commas and spaces',
    1,
    '(max-width: 40rem) min(92vw, 30rem - 1px), 40rem',
    '(max-width: 40rem) calc(1.25 * min(92vw, 30rem - 1px)), calc(1.25 * 40rem)',
  ],
  ['a browser that measures by itself goes on doing so', 1, 'auto, 46vw', 'auto, calc(1.25 * 46vw)'],
])('sizes of a photograph in a frame of 4 by 5, %s', (_, ratio, sizes, expected) => {
  expect(coverSizes(sizes, ratio, 4 / 5)).toBe(expected)
})
