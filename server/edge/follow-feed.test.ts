import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { eventually } from '#/drill/engine/eventually.ts'
import { startTestEdge, type TestEdge } from '#/scripts/stack/test-edge.ts'
import { startTestStack, type TestStack } from '#/scripts/stack/test-stack.ts'
import { tellTags } from '../cache/tell-tags.ts'
import { connectDatabase, type Db } from '../db/client.ts'
import { CachedObjects } from './cached-objects.ts'
import { followFeed } from './follow-feed.ts'
import { purgeKeys } from './purge-keys.ts'
import type { Purge } from './purge-rounds.ts'

/** A real feed, a real nginx, and a web process that says which tags a page has: `/p/a--b` has `a` and `b`. */
let stack: TestStack
let edge: TestEdge
let db: Db
let made = 0
let held: (() => void)[] | null = null
const web = http.createServer(({ url = '' }, response) => {
  made += 1
  const body = `${made}`
  const tags = url.replace('/p/', '').replace(/\?.*/, '').replaceAll('--', ',')
  const send = () => {
    response.writeHead(200, { 'cache-control': 's-maxage=300', 'cache-tag': tags }).end(body)
  }
  if (held) held.push(send)
  else send()
})

beforeAll(async () => {
  stack = await startTestStack({ without: ['core', 'cache', 'gateway', 'mail'] })
  db = connectDatabase(stack.postgres.url, 4)
  web.listen(0, '127.0.0.1')
  await once(web, 'listening')
  const pool = [`127.0.0.1:${(web.address() as AddressInfo).port}`]
  edge = await startTestEdge(stack, { pool, publicHost: 'shop.example', assets: stack.folder, media: stack.folder })
})
afterAll(async () => {
  await db.$disconnect()
  web.closeAllConnections()
  web.close()
  await stack.stop()
})

let stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops) await stop()
  stops = []
})

const cursorFile = () => path.join(edge.folder, 'cursor.json')
const objects = () => new CachedObjects(path.join(edge.folder, 'pages'))
const page = async (target: string, headers: Record<string, string> = {}) => (await fetch(edge.url + target, { headers })).text()
const tell = (...tags: string[]) => db.$transaction((tx) => tellTags(tx, tags))
const cursor = () => JSON.parse(fs.readFileSync(cursorFile(), 'utf8')) as { epoch: string; sequence: number }

/** Follows until the test ends, from where it is settled up to now unless told otherwise. */
async function follow(settled?: { epoch: string; sequence: number } | null): Promise<{ purges: Purge[]; stop: () => Promise<void> }> {
  const purges: Purge[] = []
  const [now] = await db.$queryRaw<{ epoch: string; last: bigint }[]>`SELECT epoch::text, last FROM tag_feed`
  if (settled === null) fs.rmSync(cursorFile(), { force: true })
  else fs.writeFileSync(cursorFile(), JSON.stringify(settled ?? { epoch: now?.epoch, sequence: Number(now?.last) }))
  const own = objects()
  const { stop } = followFeed({
    db,
    cursorFile: cursorFile(),
    forget: async (purge) => {
      const count = await purgeKeys({ url: edge.controlUrl, token: edge.token }, own.look(), purge)
      purges.push(purge)
      return count
    },
  })
  let isOver = false
  const once = async () => {
    if (!isOver) await stop()
    isOver = true
  }
  stops.push(once)
  return { purges, stop: once }
}

test('what nginx keeps is read from its files: each form of a page with its key and its tags', async () => {
  const before = objects().look().length
  await page('/p/read--me')
  await page('/p/read--me', { 'accept-encoding': 'br' })
  await page('/p/read--me', { rsc: '1' })
  const found = objects()
    .look()
    .filter(({ key }) => key.includes('/p/read--me'))
  expect(found.map(({ key, tags }) => `${key} ${tags}`).sort()).toEqual([
    'doc|br|/p/read--me read,me',
    'doc|gzip|/p/read--me read,me',
    'rsc|gzip|/p/read--me| read,me',
  ])
  expect(objects().look()).toHaveLength(before + 3)
})

test('a page of which a tag is told is gone from the edge, in each of its forms, and no other is', async () => {
  const { purges } = await follow()
  const forms = [{ 'accept-encoding': 'br' }, { 'accept-encoding': 'identity' }, { rsc: '1' }] as Record<string, string>[]
  const before = await Promise.all(forms.map((headers) => page('/p/told--other', headers)))
  const untold = await page('/p/untold')
  await tell('told', 'nobody-has-it')
  await eventually('it was purged', async () => purges.length > 0)
  const after = await Promise.all(forms.map((headers) => page('/p/told--other', headers)))
  for (const [n, text] of after.entries()) expect(text).not.toBe(before[n])
  expect(await page('/p/untold')).toBe(untold)
})

test('a page of before that comes late, and is kept after its purge, is purged again', async () => {
  const { purges } = await follow()
  held = []
  const asking = page('/p/late')
  const sends = held
  await eventually('the web process was asked', async () => sends.length === 1)
  held = null
  await tell('late')
  await eventually('it was purged', async () => purges.length === 1)
  sends[0]?.()
  const old = await asking
  expect(await page('/p/late')).toBe(old)
  await eventually('it was purged again', async () => purges.length === 2)
  expect(await page('/p/late')).not.toBe(old)
})

test('whoever was away purges what was told meanwhile, and begins again where everything is settled', async () => {
  const first = await follow()
  const [before, other] = [await page('/p/away'), await page('/p/kept')]
  const { sequence } = await eventually('it has begun', async () => cursor())
  await first.stop()
  await tell('away')
  expect(await page('/p/away')).toBe(before)
  const second = await follow(cursor())
  await eventually('it was purged', async () => second.purges.length > 0)
  expect(await page('/p/away')).not.toBe(before)
  expect(cursor().sequence).toBe(sequence)
  await second.stop()
  // It ended before the last round: who comes after it does all of them.
  const third = await follow(cursor())
  await eventually('all is settled', async () => cursor().sequence === sequence + 1)
  expect(third.purges.map((purge) => [...purge])).toEqual([['away'], ['away'], ['away']])
  expect(await page('/p/kept')).toBe(other)
})

test('a feed of another life, and a cursor that is lost, have everything purged', async () => {
  const old = await page('/p/all')
  await follow({ epoch: '00000000-0000-4000-8000-000000000000', sequence: 0 })
  await eventually('it is gone', async () => (await page('/p/all')) !== old)
  for (const stop of stops) await stop()
  const again = await page('/p/all')
  const { purges } = await follow(null)
  await eventually('everything was purged', async () => purges.length > 0)
  expect(purges[0]).toBe('everything')
  expect(await page('/p/all')).not.toBe(again)
})

test('while nginx is away what is due waits, and while Postgres is away nothing is lost', async () => {
  const { purges } = await follow()
  const before = await page('/p/outage')
  await edge.kill('SIGKILL')
  await tell('outage')
  await stack.postgres.kill('SIGKILL')
  await edge.start()
  await stack.postgres.start()
  await eventually('it was purged', async () => purges.length > 0)
  expect(await page('/p/outage')).not.toBe(before)
})
