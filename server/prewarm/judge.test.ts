import { expect, test } from 'vitest'
import { fail, ok } from '#/domain/result.ts'
import { judge, type Layer, layerOf } from './judge.ts'
import type { Kind } from './question.ts'

const HTML = 'text/html; charset=utf-8'
const TREE = 'text/x-component'
const FOR_EVER = 'public, max-age=31536000, immutable'
const LONG = 'max-age=300, stale-while-revalidate=3600, stale-if-error=86400'
const SHORT = 'max-age=1, stale-if-error=86400'

function seen(kind: Kind, layer: Layer, headers: Record<string, string>, { status = 200, bytes = 10 } = {}) {
  return judge({ kind, path: '/p/x', encoding: 'br' }, ok({ status, headers, bytes, text: '' }), layer).outcome
}

test.each<[string, Kind, Layer, Record<string, string>, string]>([
  ['kept', 'page', 'edge', { 'content-type': HTML, 'cache-status': 'saleday; fwd=stale, edge; hit', 'cdn-cache-control': LONG }, 'hit'],
  [
    'kept for a second',
    'page',
    'edge',
    { 'content-type': HTML, 'cache-status': 'saleday; hit, edge; hit', 'cdn-cache-control': SHORT },
    'unfit',
  ],
  [
    'kept by our edge, which others in front may keep for a second',
    'page',
    'edge',
    {
      'content-type': HTML,
      'cache-status': 'saleday; hit, edge; hit',
      'cdn-cache-control': SHORT,
      'x-edge-cache-control': LONG.replace('max-age', 's-maxage'),
    },
    'hit',
  ],
  [
    'kept by our edge for a second',
    'page',
    'edge',
    { 'content-type': HTML, 'cache-status': 'saleday; hit, edge; hit', 'x-edge-cache-control': SHORT.replace('max-age', 's-maxage') },
    'unfit',
  ],
  [
    'asked for behind it',
    'page',
    'edge',
    { 'content-type': HTML, 'cache-status': 'saleday; hit, edge; fwd=uri-miss', 'cdn-cache-control': LONG },
    'passed',
  ],
  ['old at the edge', 'page', 'edge', { 'content-type': HTML, 'cache-status': 'saleday; hit, edge; hit; detail=stale' }, 'unfit'],
  ['past its time at another cache', 'page', 'edge', { 'content-type': HTML, 'cache-status': '"A CDN"; hit; ttl=-3' }, 'unfit'],
  ['kept by another cache', 'page', 'edge', { 'content-type': HTML, 'cache-status': '"A CDN"; hit; ttl=30' }, 'hit'],
  ['not kept by its configuration', 'page', 'edge', { 'content-type': HTML, 'cache-status': 'saleday; hit, edge; fwd=bypass' }, 'passed'],
  [
    'of a web process, where an edge has to be',
    'page',
    'edge',
    { 'content-type': HTML, 'cache-status': 'saleday; hit; detail=memory' },
    'passed',
  ],
  ['in memory', 'page', 'web', { 'content-type': HTML, 'cache-status': 'saleday; hit; detail=memory' }, 'hit'],
  ['old, and rendered behind', 'page', 'web', { 'content-type': HTML, 'cache-status': 'saleday; fwd=stale' }, 'passed'],
  ['rendered for this question', 'page', 'web', { 'content-type': HTML, 'cache-status': 'saleday; fwd=miss' }, 'passed'],
  [
    'read from what is shared for this question',
    'page',
    'web',
    { 'content-type': HTML, 'cache-status': 'saleday; hit; detail=shared' },
    'passed',
  ],
  [
    'read from the build for this question',
    'page',
    'web',
    { 'content-type': HTML, 'cache-status': 'saleday; hit; detail=build' },
    'passed',
  ],
  ['a tree that is there', 'tree', 'web', { 'content-type': TREE, 'x-nextjs-cache': 'HIT' }, 'hit'],
  ['a tree that is not', 'tree', 'web', { 'content-type': TREE, 'x-nextjs-cache': 'MISS' }, 'passed'],
  ['a page in the place of a tree', 'tree', 'edge', { 'content-type': HTML, 'cache-status': 'edge; hit' }, 'unfit'],
  ['a tree in the place of a page', 'page', 'edge', { 'content-type': TREE, 'cache-status': 'edge; hit' }, 'unfit'],
  ['a photograph from disk', 'photograph', 'edge', { 'cache-control': FOR_EVER, 'cache-status': 'edge; hit; detail=disk' }, 'hit'],
  [
    'a photograph that is not encoded',
    'photograph',
    'edge',
    { 'cache-control': 'public, max-age=5', 'cache-status': 'edge; hit' },
    'unfit',
  ],
  ['a photograph of a web process', 'photograph', 'web', { 'cache-control': FOR_EVER }, 'hit'],
  ['a script', 'file', 'web', { 'cache-control': FOR_EVER }, 'hit'],
])('%s', (_, kind, layer, headers, expected) => {
  expect(seen(kind, layer, headers)).toBe(expected)
})

test.each([
  [404, 'refused'],
  [410, 'refused'],
  [307, 'refused'],
  [429, 'unfit'],
  [500, 'unfit'],
  [503, 'unfit'],
])('whatever a cache says of it, %i is no page: %s', (status, expected) => {
  const headers = { 'content-type': HTML, 'cache-status': 'edge; hit' }
  expect(seen('page', 'edge', headers, { status })).toBe(expected)
})

test('what came to nothing, or was empty, is a miss that says why', () => {
  const question = { kind: 'page', path: '/', encoding: 'br' } as const
  expect(judge(question, fail('UNANSWERED', { why: 'ECONNREFUSED' }), 'edge')).toEqual({
    outcome: 'unfit',
    status: null,
    said: 'ECONNREFUSED',
  })
  expect(seen('file', 'edge', { 'cache-status': 'edge; hit' }, { bytes: 0 })).toBe('unfit')
})

test('an address is what it says of itself', () => {
  const layer = (headers: Record<string, string>) => layerOf({ headers })
  expect(layer({ 'cache-status': 'saleday; hit, edge; hit' })).toBe('edge')
  expect(layer({ 'cache-status': '"A CDN"; fwd=miss' })).toBe('edge')
  expect(layer({ 'cache-status': 'saleday; hit' })).toBe('web')
  expect(layer({ 'x-nextjs-cache': 'HIT' })).toBe('web')
  expect(layer({})).toBe(null)
})
