import { describe, expect, test } from 'vitest'
import { workBetween } from './cache-counts.ts'
import type { Outcome } from './judge.ts'
import { saleProblems } from './problems.ts'
import type { Kind } from './question.ts'
import { pageLayers, type Stop, sharedLayer } from './report.ts'

const counts = (rendered: number, hit: number) => ({
  counts: { 'pages.shared': { hit }, 'pages.render': { whole: rendered } },
  feed: { sequence: 1, lease: true },
})
const before = counts(100, 1000)
/** What each process rendered, and took over. */
const shared = (lacked: number, ...work: readonly (readonly [rendered: number, taken: number])[]) => {
  const readings = work.map(([rendered, taken]) => [before, counts(100 + rendered, 1000 + taken)] as const)
  return sharedLayer('', { pages: 60, lacked }, work.length, workBetween(readings))?.now
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
    'visitors had things rendered, and most of what was walked was there',
    6,
    [
      [26, 0],
      [20, 2],
    ],
    undefined,
  ],
  [
    'many were old, and each rendered them',
    40,
    [
      [40, 0],
      [40, 0],
    ],
    { asked: 40, hits: 0 },
  ],
  [
    'one was started anew meanwhile, and counts from nothing',
    60,
    [
      [-90, -1000],
      [0, 60],
    ],
    undefined,
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
])('what is shared has a ratio: %s', (_, lacked, work, expected) => {
  const now = shared(lacked, ...work)
  expect(now && { asked: now.asked, hits: now.hits }).toEqual(expected)
})

const stop = (layer: Stop['layer']): Stop => ({
  place: { origin: 'http://x', publicOrigin: 'http://x', mustBeEdge: false, token: null },
  layer,
  shows: layer,
})
const seen = (kind: Kind, path: string, outcome: Outcome, said = outcome as string) => ({
  question: { kind, path, encoding: 'gzip' as const },
  verdict: { outcome, status: 200, said },
})
const many = (kind: Kind, count: number, outcome: Outcome) => Array.from({ length: count }, (_, n) => seen(kind, `/p/${n}`, outcome))

test.each<[string, ReturnType<typeof seen>[], boolean]>([
  ['all came whole from behind it', many('tree', 20, 'passed'), true],
  ['one page has none, and the others came whole', [...many('tree', 39, 'passed'), seen('tree', '/p/gone', 'refused')], true],
  ['all are errors, or something else', many('tree', 20, 'unfit'), false],
  ['none is there', many('tree', 20, 'refused'), false],
  ['some are kept', [...many('tree', 19, 'passed'), seen('tree', '/', 'hit')], false],
])('an edge is excused from keeping trees only where it passes them on whole: %s', (_, trees, isExcused) => {
  const layer = pageLayers(stop('edge'), [], trees).find((one) => one.layer === 'trees')
  expect(layer?.excused !== undefined).toBe(isExcused)
})

describe('of the pages of sales, where a layer has enough of the whole shop', () => {
  const ofSales = new Set(['/sale/day', '/p/a', '/p/b'])
  const lacks = (...of: ReturnType<typeof seen>[]) => saleProblems(stop('edge'), [...many('page', 100, 'hit'), ...of], ofSales)
  const [a, b] = [seen('page', '/p/a', 'hit'), seen('page', '/p/b', 'hit')]

  test('nothing is said where all are kept', () => {
    expect(lacks(a, b, seen('page', '/sale/day', 'hit'))).toEqual([])
  })

  test("a sale's own page that is not there is named, whatever the reason", () => {
    for (const outcome of ['refused', 'unfit', 'passed'] as const) {
      expect(lacks(a, b, seen('page', '/sale/day', outcome, 'as it was')).join()).toContain('/sale/day (as it was)')
    }
  })

  test('a product that cannot be shown is named; one that is not kept counts with the others', () => {
    expect(lacks(a, seen('page', '/p/b', 'refused', 'it answers 404')).join()).toContain('/p/b (it answers 404)')
    expect(lacks(a, seen('page', '/p/b', 'passed'))).toEqual(['of the pages of sales http://x has 50.0 %, and 95 % is the least'])
  })

  test('where the layer is cold anyway, that is said, and nothing beside it', () => {
    expect(saleProblems(stop('edge'), many('page', 100, 'passed'), new Set(['/p/1']))).toEqual([])
  })
})
