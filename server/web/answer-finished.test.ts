import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answerFinished } from './answer-finished.ts'
import { finishedPages } from './finished-pages.ts'

const server = http.createServer((request, response) => {
  if (!answerFinished(request, response, { refresh: () => {}, headers: {} })) response.writeHead(404).end()
})
const ask = (path: string, headers: Record<string, string> = {}) =>
  fetch(`http://localhost:${(server.address() as AddressInfo).port}${path}`, { headers })

beforeAll(() => new Promise<void>((resolve) => server.listen(0, resolve)))
afterAll(() => new Promise((resolve) => server.close(resolve)))

/** Keeps a page that lives for five minutes. */
function keep(path: string, ageSeconds: number): Promise<void> {
  const renderedAtMs = Date.now() - ageSeconds * 1000
  const life = { revalidateSeconds: 300, expireSeconds: 3000 }
  return finishedPages().keep(path, { html: '<p>', headers: {}, tags: [], status: 200, renderedAtMs, ...life })
}

test('an edge may keep a page for what is left of its life, and one that is stale for a second', async () => {
  await Promise.all([keep('/new', 0), keep('/old', 200), keep('/stale', 301)])
  const lives = await Promise.all(['/new', '/old', '/stale'].map(async (path) => (await ask(path)).headers.get('cache-control')))
  const seconds = lives.map((life) => Number(/^s-maxage=(\d+)/.exec(life ?? '')?.[1]))
  expect(seconds[0]).toBeGreaterThan(200)
  expect(seconds[0]).toBeLessThanOrEqual(300)
  expect(seconds[1]).toBeGreaterThan(0)
  expect(seconds[1]).toBeLessThanOrEqual(100)
  expect(lives[2]).toBe('s-maxage=1')
})

test('a page is the same for whoever names an action, or a kind of picture, when asking for it', async () => {
  await keep('/page', 0)
  for (const headers of [{ 'next-action': 'x' }, { accept: 'image/avif' }]) {
    const answer = await ask('/page', headers)
    expect([answer.status, await answer.text()]).toEqual([200, '<p>'])
  }
  expect((await ask('/page', { rsc: '1' })).status).toBe(404)
})
