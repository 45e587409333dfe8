import http from 'node:http'
import type { AddressInfo } from 'node:net'
import cacheBusting from 'next/dist/shared/lib/router/utils/cache-busting-search-param.js'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { TagClock } from '../cache/tag-clock.ts'
import { answerPart } from './answer-part.ts'
import { keptPages } from './kept-pages.ts'
import { setTagClock } from './tag-clock.ts'

const NEXT = 404
const asked: string[] = []
const server = http.createServer(async (request, response) => {
  const isAnswered = await answerPart(request, response, { asked: (path) => asked.push(path), headers: { 'x-frame-options': 'DENY' } })
  if (!isAnswered) response.writeHead(NEXT).end()
})
beforeAll(() => new Promise<void>((resolve) => server.listen(0, resolve)))
afterAll(() => {
  server.close()
  server.closeAllConnections()
})

beforeEach(async () => {
  const clock = new TagClock()
  clock.apply({ epoch: 'e1', since: 0, head: 8, changed: new Map([['told', 8]]) }, Number.POSITIVE_INFINITY)
  setTagClock(clock)
  for (const [path, tag] of [
    ['/fresh', 'other'],
    ['/stale', 'told'],
  ] as const)
    await keptPages().keep(path, {
      ...{ kind: 'page', from: 'render', html: '<p>', status: 200, tags: [tag], renderedAtMs: Date.now() },
      headers: { 'cache-tag': tag, link: '</a.woff2>', 'content-security-policy': 'of the document', 'x-nextjs-stale-time': '300' },
      ...{ asOf: { epoch: 'e1', sequence: 7 }, revalidateSeconds: 3600, expireSeconds: 36_000 },
      ...{ rscData: Buffer.from('the tree'), segmentData: new Map([['/_tree', Buffer.from('a piece')]]) },
    })
})

type Headers = Record<string, string>

async function ask(path: string, headers: Headers, { name, method = 'GET' }: { name?: string; method?: string } = {}) {
  const [prefetch, segment, tree, from] = ['prefetch', 'segment-prefetch', 'state-tree'].map((word) => headers[`next-router-${word}`])
  const named = name ?? (await cacheBusting.computeCacheBustingSearchParam(prefetch as '1' | undefined, segment, tree, from))
  const address = `http://localhost:${(server.address() as AddressInfo).port}${path}?_rsc=${named}`
  const answer = await fetch(address, { method, headers: { rsc: '1', ...headers } })
  return { status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() }
}

const PIECE = { 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/_tree' }

test.each([
  ['the tree', {}, { 'x-nextjs-stale-time': '300' }],
  ['the tree, from another page', { 'next-router-state-tree': '%5B%22%22%5D' }, { 'x-nextjs-stale-time': '300' }],
  ['a piece', PIECE, { 'x-nextjs-postponed': '2' }],
])('%s of a fresh page is sent in each encoding, with its tags and without what a document needs', async (what, wanted, own) => {
  asked.length = 0
  for (const encoding of ['br', 'gzip', 'identity']) {
    const { status, headers, text } = await ask('/fresh', { ...wanted, 'accept-encoding': encoding })
    expect([status, text]).toEqual([200, what.split(',')[0]])
    expect(headers).toMatchObject({ ...own, 'cache-tag': 'other,as-of:e1:7', 'x-nextjs-cache': 'HIT', 'x-frame-options': 'DENY' })
    expect(headers['content-encoding']).toBe(encoding === 'identity' ? undefined : encoding)
    expect(headers['cache-control']).toMatch(/^s-maxage=300,/)
    expect([headers['content-security-policy'], headers.link]).toEqual(["default-src 'none'; frame-ancestors 'none'", undefined])
  }
  expect(asked).toEqual(['/fresh', '/fresh', '/fresh'])
})

test.each<[string, string, Headers, { name?: string; method?: string }]>([
  ['an old page', '/stale', {}, {}],
  ['a page that is not kept', '/nothing', {}, {}],
  ['a piece that is not there', '/fresh', { ...PIECE, 'next-router-segment-prefetch': '/evil' }, {}],
  ['a piece without a prefetch', '/fresh', { 'next-router-segment-prefetch': '/_tree' }, {}],
  ['a prefetch of another kind', '/fresh', { 'next-router-prefetch': '2' }, {}],
  ['something else than the address names', '/fresh', PIECE, { name: '' }],
  ['something that an address names which nobody asks for', '/fresh', {}, { name: 'evil' }],
  ['the head alone', '/fresh', {}, { method: 'HEAD' }],
  ['a document', '/fresh', { rsc: '0' }, {}],
])('%s is left to the framework', async (_, path, headers, how) => {
  expect((await ask(path, headers, how)).status).toBe(NEXT)
})
