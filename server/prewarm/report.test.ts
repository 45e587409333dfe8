import { expect, test } from 'vitest'
import { workBetween } from './cache-counts.ts'
import { sharedLayer } from './report.ts'

const counts = (rendered: number, hit: number) => ({
  counts: { 'pages.shared': { hit }, 'pages.render': { whole: rendered } },
  feed: { sequence: 1, lease: true },
})
const before = counts(100, 1000)
/** What each process rendered, and took over. */
const shared = (pages: number, ...work: readonly (readonly [rendered: number, taken: number])[]) => {
  const readings = work.map(([rendered, taken]) => [before, counts(100 + rendered, 1000 + taken)] as const)
  return sharedLayer('', pages, work.length, workBetween(readings))?.now
}

test.each<[string, number, [number, number][], { asked: number; hits: number } | undefined]>([
  [
    'one renders, the others take',
    60,
    [
      [60, 0],
      [0, 60],
      [0, 60],
    ],
    { asked: 120, hits: 120 },
  ],
  [
    'they divide the work, and take the rest',
    60,
    [
      [25, 35],
      [35, 25],
    ],
    { asked: 60, hits: 60 },
  ],
  [
    'each renders for itself',
    60,
    [
      [60, 0],
      [60, 0],
    ],
    { asked: 60, hits: 0 },
  ],
  [
    'only a few were old, and each rendered them',
    60,
    [
      [4, 0],
      [4, 0],
    ],
    { asked: 8, hits: 0 },
  ],
  [
    'what others look at is rendered too',
    60,
    [
      [90, 0],
      [0, 60],
    ],
    { asked: 60, hits: 60 },
  ],
  [
    'what was rendered before is taken now, too',
    60,
    [
      [10, 20],
      [0, 60],
    ],
    { asked: 10, hits: 10 },
  ],
  [
    'nothing had to be rendered',
    60,
    [
      [0, 0],
      [0, 0],
    ],
    undefined,
  ],
  ['one is alone', 60, [[60, 0]], undefined],
  ['nobody may be asked', 60, [], undefined],
])('what is shared has a ratio: %s', (_, pages, work, expected) => {
  const now = shared(pages, ...work)
  expect(now && { asked: now.asked, hits: now.hits }).toEqual(expected)
})
