import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { LEASE_MS, TagClock } from '../cache/tag-clock.ts'
import type { Slugs } from '../catalog/read-addresses.ts'
import { answerUnknown } from './answer-unknown.ts'
import { setTagClock } from './tag-clock.ts'

/** What it answers itself is in drill/found.test.ts, with the page that a build has made. */
const SLUGS: Slugs = { products: ['shoe'], lists: ['everything'] }
let reads = 0
let readSlugs: () => Promise<Slugs>

const server = http.createServer(async (request, response) => {
  const isAnswered = await answerUnknown(request, response, {}, () => {
    reads += 1
    return readSlugs()
  })
  if (!isAnswered) response.writeHead(202).end()
})
const ask = (path: string, method = 'GET') => fetch(`http://localhost:${(server.address() as AddressInfo).port}${path}`, { method })

beforeAll(() => new Promise<void>((resolve) => server.listen(0, resolve)))
afterAll(() => new Promise((resolve) => server.close(resolve)))
beforeEach(() => {
  heard(Number.NEGATIVE_INFINITY)
  reads = 0
  readSlugs = async () => SLUGS
})

/** Any time from now on is the same as just now. */
function heard(msAgo: number): void {
  const clock = new TagClock()
  clock.apply({ epoch: 'e1', since: 0, head: 8, changed: new Map() }, performance.now() - msAgo)
  setTagClock(clock)
}

test.each(['/p/shoe', '/p/shoe/no-such-colour', '/p/shoe?x=1', '/c/everything', '/c/everything/page-99'])(
  '%s is left to the framework: its slug leads somewhere',
  async (path) => {
    expect([(await ask(path)).status, reads]).toEqual([202, 1])
  },
)

test.each(['/', '/p', '/p/', '/p/%73hoe', '/p/sh.oe', '/cart', '/checkout', '/api/cart', '/orders/1', '/sale/none', '/credits'])(
  '%s is left to the framework, and nothing is read for it',
  async (path) => {
    expect([(await ask(path)).status, reads]).toEqual([202, 0])
  },
)

test('what is pressed on a page is left to the framework', async () => {
  expect([(await ask('/p/made-up', 'POST')).status, reads]).toEqual([202, 0])
})

test('an address is left to the framework while nobody knows what was told within the last second, or where the addresses cannot be read', async () => {
  heard(LEASE_MS)
  expect([(await ask('/p/made-up')).status, reads]).toEqual([202, 0])
  heard(Number.NEGATIVE_INFINITY)
  readSlugs = async () => {
    throw new Error('Postgres is away')
  }
  expect([(await ask('/p/made-up')).status, reads]).toEqual([202, 1])
})
