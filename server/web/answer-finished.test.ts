import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { AsOf } from '../cache/as-of.ts'
import { LEASE_MS, TagClock } from '../cache/tag-clock.ts'
import { answerFinished } from './answer-finished.ts'
import { keptPages } from './kept-pages.ts'
import { setTagClock } from './tag-clock.ts'

const EPOCH = 'e1'
const refreshed: string[] = []

const server = http.createServer((request, response) => {
  if (!answerFinished(request, response, { asked: (path, isStale) => isStale && refreshed.push(path), headers: {} }))
    response.writeHead(404).end()
})
const ask = (path: string, headers: Record<string, string> = {}) =>
  fetch(`http://localhost:${(server.address() as AddressInfo).port}${path}`, { headers })

beforeAll(() => new Promise<void>((resolve) => server.listen(0, resolve)))
afterAll(() => new Promise((resolve) => server.close(resolve)))

/** A clock that was confirmed a while ago, and knows that these tags were told after number 7. */
function setClock(confirmedMsAgo: number, ...told: string[]): void {
  const clock = new TagClock()
  const changed = new Map(told.map((tag) => [tag, 8]))
  clock.apply({ epoch: EPOCH, since: 0, head: 8, changed }, performance.now() - confirmedMsAgo)
  setTagClock(clock)
}

beforeEach(() => setClock(Number.NEGATIVE_INFINITY))

/** Keeps a page that lives for an hour, of number 7. */
function keep(
  path: string,
  { ageSeconds = 0, tags = ['catalogue'], headers = {}, asOf = { epoch: EPOCH, sequence: 7 } as AsOf | null } = {},
): Promise<unknown> {
  const renderedAtMs = Date.now() - ageSeconds * 1000
  const life = { revalidateSeconds: 3600, expireSeconds: 36_000 }
  return keptPages().keep(path, {
    kind: 'page',
    from: 'render',
    html: '<p>',
    headers,
    tags,
    asOf,
    status: 200,
    renderedAtMs,
    ...life,
  })
}

const lifeOf = async (path: string) => {
  const { headers } = await ask(path)
  return [headers.get('cache-control'), headers.get('cdn-cache-control'), headers.get('cache-status')]
}
const REST = 'stale-if-error=86400'
const MINUTES = `stale-while-revalidate=3600, ${REST}`
const AT_ONCE = [`s-maxage=1, ${REST}`, `max-age=1, ${REST}`]

test('an edge may keep a page for five minutes, yet not beyond its life', async () => {
  await keep('/new')
  expect(await lifeOf('/new')).toEqual([`s-maxage=300, ${MINUTES}`, `max-age=300, ${MINUTES}`, 'saleday; hit; detail=memory'])
  await keep('/old', { ageSeconds: 3500 })
  const seconds = Number(/^s-maxage=(\d+),/.exec((await lifeOf('/old'))[0] ?? '')?.[1])
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThanOrEqual(100)
})

test('an edge asks again at once after a page whose time is up, or of which something was told, and it is rendered behind that', async () => {
  setClock(0, 'product:EDITED')
  await Promise.all([keep('/late', { ageSeconds: 3601 }), keep('/edited', { tags: ['catalogue', 'product:EDITED'] }), keep('/other')])
  refreshed.length = 0
  for (const path of ['/late', '/edited']) expect(await lifeOf(path)).toEqual([...AT_ONCE, 'saleday; fwd=stale'])
  expect((await ask('/edited')).headers.get('x-nextjs-cache')).toBe('STALE')
  expect(refreshed).toEqual(['/late', '/edited', '/edited'])
  expect((await lifeOf('/other'))[2]).toBe('saleday; hit; detail=memory')
})

test('an edge asks again at once after every page while the process does not know whether something was told within the last second', async () => {
  await keep('/page')
  setClock(LEASE_MS)
  expect(await lifeOf('/page')).toEqual([...AT_ONCE, 'saleday; hit; detail=memory'])
  setTagClock(new TagClock())
  expect(await lifeOf('/page')).toEqual([...AT_ONCE, 'saleday; hit; detail=memory'])
})

test('a page says beside its tags of which number it is, where it is known, so that an edge need not drop what is new', async () => {
  const headers = { 'cache-tag': 'catalogue,product:A' }
  await Promise.all([keep('/stamped', { headers }), keep('/of-no-number', { headers, asOf: null }), keep('/without-tags')])
  const tagsOf = async (path: string) => (await ask(path)).headers.get('cache-tag')
  expect(await tagsOf('/stamped')).toBe(`catalogue,product:A,as-of:${EPOCH}:7`)
  expect(await tagsOf('/of-no-number')).toBe('catalogue,product:A')
  expect(await tagsOf('/without-tags')).toBeNull()
})

test('a page is the same for whoever names an action, or a kind of picture, when asking for it', async () => {
  await keep('/page')
  for (const headers of [{ 'next-action': 'x' }, { accept: 'image/avif' }]) {
    const answer = await ask('/page', headers)
    expect([answer.status, await answer.text()]).toEqual([200, '<p>'])
  }
  expect((await ask('/page', { rsc: '1' })).status).toBe(404)
})
