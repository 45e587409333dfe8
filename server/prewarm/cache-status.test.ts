import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCacheStatus } from './cache-status.ts'

const read = (field: string) => readCacheStatus(field).map(({ cache, params }) => [cache, Object.fromEntries(params)])

test.each([
  [
    'saleday; hit; detail=memory, edge; hit',
    [
      ['saleday', { hit: '', detail: 'memory' }],
      ['edge', { hit: '' }],
    ],
  ],
  ['saleday; fwd=stale', [['saleday', { fwd: 'stale' }]]],
  ['ExampleCache; hit; ttl=-412', [['ExampleCache', { hit: '', ttl: '-412' }]]],
  ['"a, \\"b\\"; hit";fwd=miss;key="x, y"', [['a, "b"; hit', { fwd: 'miss', key: 'x, y' }]]],
  [
    'OriginCache; hit; ttl=1100, "CDN Company Here"; hit; ttl=545',
    [
      ['OriginCache', { hit: '', ttl: '1100' }],
      ['CDN Company Here', { hit: '', ttl: '545' }],
    ],
  ],
])('%s', (field, said) => {
  expect(read(field)).toEqual(said)
})

test.each(['', ';hit', 'edge; hit,,', 'edge hit', '"edge', '7; hit', 'edge; HIT'])('what is not well formed says nothing: %j', (field) => {
  expect(read(field)).toEqual([])
})

const name = fc.oneof(fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9.-]{0,9}$/), fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 }))
const param = fc.tuple(fc.stringMatching(/^[a-z][a-z0-9_-]{0,6}$/), fc.option(name, { nil: '' }))
const quoted = (text: string) => (/^[a-zA-Z][a-zA-Z0-9.-]*$/.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`)

test('whatever caches call themselves and say, each is read as it was written', () => {
  const members = fc.array(fc.tuple(name, fc.array(param, { maxLength: 4 })), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(members, (said) => {
      const field = said.map(([cache, params]) =>
        [quoted(cache), ...params.map(([key, value]) => (value === '' ? key : `${key}=${quoted(value)}`))].join('; '),
      )
      expect(read(field.join(', '))).toEqual(said.map(([cache, params]) => [cache, Object.fromEntries(params)]))
    }),
  )
})

test('nothing that anybody sends makes it throw, or claim a hit where none is said', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (field) => {
      const hits = readCacheStatus(field).some(({ params }) => params.has('hit'))
      expect(hits && !field.includes('hit')).toBe(false)
    }),
  )
})
