import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { KeptPages } from './kept-pages.ts'

const page = (html: string, renderedAtMs = 1) => ({
  kind: 'page' as const,
  from: 'render' as const,
  html,
  headers: {},
  tags: [],
  asOf: null,
  status: 200,
  renderedAtMs,
  revalidateSeconds: 300,
  expireSeconds: 3000,
})

test('a page is kept as plain, gzip and brotli bytes of the same text, each with an ETag of its own that follows the text', async () => {
  const pages = new KeptPages()
  await pages.keep('/a', page('<p>Grüße</p>'))
  const first = pages.findPage('/a')?.bodies
  expect(first?.identity.bytes.toString()).toBe('<p>Grüße</p>')
  expect(gunzipSync(first?.gzip.bytes as Buffer).toString()).toBe('<p>Grüße</p>')
  expect(brotliDecompressSync(first?.br.bytes as Buffer).toString()).toBe('<p>Grüße</p>')
  await pages.keep('/a', page('<p>Grüße</p>', 2))
  expect(pages.findPage('/a')?.bodies.br.etag).toBe(first?.br.etag)
  await pages.keep('/a', page('<p>Gruß</p>', 3))
  const second = pages.findPage('/a')?.bodies
  const etags = [first, second].flatMap((bodies) => Object.values(bodies ?? {}).map(({ etag }) => etag))
  expect(new Set(etags).size).toBe(6)
})

test('an older rendering never takes the place of a newer one, whichever is compressed first', async () => {
  const pages = new KeptPages()
  await Promise.all([pages.keep('/a', page(`new ${'long '.repeat(100_000)}`, 2)), pages.keep('/a', page('old', 1))])
  expect(pages.findPage('/a')?.bodies.identity.bytes.toString()).toMatch(/^new/)
})

test('a rendering of older data never takes the place of one of newer, though it was made later', async () => {
  const pages = new KeptPages()
  const of = (sequence: number, renderedAtMs: number) => ({ ...page(`of ${sequence}`, renderedAtMs), asOf: { epoch: 'e1', sequence } })
  await Promise.all([pages.keep('/a', of(2, 10)), pages.keep('/a', of(1, 20))])
  await pages.keep('/a', of(1, 30))
  expect(pages.findPage('/a')?.bodies.identity.bytes.toString()).toBe('of 2')
  await pages.keep('/a', of(3, 5))
  expect(pages.findPage('/a')?.bodies.identity.bytes.toString()).toBe('of 3')
})

test('a page that many give at once is compressed once, and ready when that is said', async () => {
  const pages = new KeptPages()
  const once = pages.keep('/a', page('a'))
  expect(pages.keep('/a', page('a'))).toBe(once)
  await pages.settled('/a')
  expect(pages.findPage('/a')?.bodies.identity.bytes.toString()).toBe('a')
  await pages.settled('/nothing')
})

test('beyond the bounds the page that was asked for longest ago goes', async () => {
  const few = new KeptPages({ maxEntries: 2 })
  await few.keep('/a', page('a'))
  await few.keep('/b', page('b'))
  few.find('/a')
  await few.keep('/c', page('c'))
  expect(['/a', '/b', '/c'].map((path) => few.find(path) !== null)).toEqual([true, false, true])

  const small = new KeptPages({ maxBytes: 2500 })
  const kept = { ...page('x'.repeat(350)), rscData: Buffer.alloc(200), segmentData: new Map([['/_tree', Buffer.alloc(100)]]) }
  for (const path of ['/a', '/b', '/c', '/d']) await small.keep(path, kept)
  expect(small.bytes).toBeLessThanOrEqual(2500)
  expect(small.size).toBe(2)
  small.drop('/d')
  small.drop('/c')
  expect([small.bytes, small.size]).toEqual([0, 0])
})

test('what is gone stays so against older copies, one that is still being compressed among them, and not against what comes after it', async () => {
  const pages = new KeptPages()
  const gone = { ...page('', 2), kind: 'gone' as const }
  const old = pages.keep('/a', page('old'))
  pages.put('/a', gone)
  await old
  await pages.keep('/a', page('older', 0))
  expect(pages.findPage('/a')).toBeNull()
  expect(pages.find('/a')?.kind).toBe('gone')
  await pages.keep('/a', page('new', 3))
  expect(pages.findPage('/a')?.bodies.identity.bytes.toString()).toBe('new')
})
