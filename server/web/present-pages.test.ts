import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { TagClock } from '../cache/tag-clock.ts'
import { keptPages } from './kept-pages.ts'
import { presentPages } from './present-pages.ts'
import { setTagClock } from './tag-clock.ts'

let server: http.Server
afterEach(() => {
  server.close()
  server.closeAllConnections()
})

/** Asks a server whose answers are presented, and come from a handler that stands for Next. */
async function askOf(next: http.RequestListener, headers: Record<string, string>): Promise<Response> {
  server = http.createServer((request, response) => {
    presentPages(request, response, { finishing: { headers: {}, asked: () => {} }, elsewhere: {} })
    next(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  return fetch(`http://localhost:${(server.address() as AddressInfo).port}/p/a`, { headers })
}

const clock = new TagClock()
beforeAll(() => setTagClock(clock))
beforeEach(() => clock.apply({ epoch: 'e1', since: 0, head: 8, changed: new Map() }, Number.POSITIVE_INFINITY))

const keep = (sequence: number) =>
  keptPages().keep('/p/a', {
    ...{ kind: 'page', from: 'render', html: '<p>', headers: { 'cache-tag': 'a' }, status: 200, tags: ['a'] },
    ...{ asOf: { epoch: 'e1', sequence }, renderedAtMs: Date.now(), revalidateSeconds: 3600, expireSeconds: 36_000 },
  })

test('no edge keeps a part that was found before the page was rendered anew, and sent after that', async () => {
  const sendPart = (response: http.ServerResponse) => {
    response.setHeader('x-nextjs-cache', 'HIT').setHeader('cache-control', 's-maxage=3000').setHeader('content-type', 'text/x-component')
    response.end('part')
  }
  await keep(7)
  const usual = await askOf((_, response) => sendPart(response), { rsc: '1' })
  expect(usual.headers.get('cache-control')).toMatch(/^s-maxage=300,/)
  server.close()
  const late = await askOf((_, response) => void keep(8).then(() => sendPart(response)), { rsc: '1' })
  expect(late.headers.get('cache-control')).toMatch(/^s-maxage=1, stale-if/)
})

test('a document that is ended twice is sent once', async () => {
  const answer = await askOf(
    (_, response) => {
      response.setHeader('content-type', 'text/html')
      response.writeHead(200)
      response.end('<html><head></head><body>once</body></html>')
      response.end('again')
    },
    { 'accept-encoding': 'br' },
  )
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringMatching(/^<html>.*once.*<\/html>$/)])
})

test('whoever asks for a document that cannot be sent does not wait for it', async () => {
  const answer = askOf((_, response) => {
    response.setHeader('content-type', 'text/html')
    response.writeHead(200)
    response.statusCode = 9999
    response.end('<html><head></head><body>never</body></html>')
  }, {})
  await expect(answer).rejects.toThrow()
})
