import fs from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { eventually } from '#/drill/engine/eventually.ts'
import { StandIn } from '#/scripts/stack/stand-in-web.ts'
import { startTestEdge, type TestEdge } from '#/scripts/stack/test-edge.ts'
import { startTestStack, type TestStack } from '#/scripts/stack/test-stack.ts'
import { tellTags } from '../cache/tell-tags.ts'
import { connectDatabase, type Db } from '../db/client.ts'
import { CachedObjects } from './cached-objects.ts'
import { followFeed } from './follow-feed.ts'
import type { Purge } from './purge.ts'
import { purgeKeys } from './purge-keys.ts'

/** Far more than the last round takes. */
const SETTLED_MS = 45_000

/** A real feed, a real nginx, and a web process that says which tags a page has: `/p/a--b` has `a` and `b`. */
let stack: TestStack
let edge: TestEdge
let db: Db
let made = 0
let held: (() => void)[] | null = null
/** The number of the feed that the web process says its pages are of; null where it says none. */
let asOf: string | null = null
const web = new StandIn()
web.answer = ({ url = '' }, response) => {
  made += 1
  const body = `${made}`
  const tags = url.replace('/p/', '').replace(/\?.*/, '').replaceAll('--', ',')
  const stamp = asOf
  const send = () => {
    response.writeHead(200, { 'cache-control': 's-maxage=300', 'cache-tag': stamp === null ? tags : `${tags},${stamp}` }).end(body)
  }
  if (held) held.push(send)
  else send()
}

beforeAll(async () => {
  stack = await startTestStack({ without: ['core', 'cache', 'gateway', 'mail'] })
  db = connectDatabase(stack.postgres.url, 4)
  await web.start()
  const pool = [`127.0.0.1:${web.port}`]
  edge = await startTestEdge(stack, { pool, publicHost: 'shop.example', assets: stack.folder, media: stack.folder })
})
afterAll(async () => {
  await db.$disconnect()
  await web.kill()
  await stack.stop()
})

let stops: (() => Promise<void>)[] = []
afterEach(async () => {
  asOf = null
  for (const stop of stops) await stop()
  stops = []
})

const cursorFile = () => path.join(edge.folder, 'cursor.json')
const objects = () => new CachedObjects(path.join(edge.folder, 'pages'))
const page = async (target: string, headers: Record<string, string> = {}) => (await fetch(edge.url + target, { headers })).text()
const tell = (...tags: string[]) => db.$transaction((tx) => tellTags(tx, tags))
const head = async () => Number((await db.$queryRaw<{ last: bigint }[]>`SELECT last FROM tag_feed`)[0]?.last)
const cursor = () => JSON.parse(fs.readFileSync(cursorFile(), 'utf8')) as { epoch: string; sequence: number }

type Followed = {
  readonly purges: readonly Purge[]
  /** How often the feed was asked. */
  readonly looks: () => number
  /** What is held up for `again` is purged all the same: it was in vain. */
  readonly goOn: () => void
  readonly stop: () => Promise<void>
}

/**
 * Follows until the test ends, from where it is settled up to now unless told otherwise. What was purged once is purged again only when
 * `again` has resolved, so that a test has the time that it needs in between.
 */
async function follow(settled?: { epoch: string; sequence: number } | null, again: Promise<void> = Promise.resolve()): Promise<Followed> {
  const purges: Purge[] = []
  const [now] = await db.$queryRaw<{ epoch: string; last: bigint }[]>`SELECT epoch::text, last FROM tag_feed`
  if (settled === null) fs.rmSync(cursorFile(), { force: true })
  else fs.writeFileSync(cursorFile(), JSON.stringify(settled ?? { epoch: now?.epoch, sequence: Number(now?.last) }))
  const own = objects()
  const over = Promise.withResolvers<void>()
  let inVain = Promise.withResolvers<void>()
  let looks = 0
  const counting = {
    $queryRaw: (...query: Parameters<Db['$queryRaw']>) => {
      looks += 1
      return db.$queryRaw(...query)
    },
  } as unknown as Db
  const { stop } = followFeed({
    db: counting,
    cursorFile: cursorFile(),
    forget: async (purge) => {
      const isNew = [...(purge.told?.keys() ?? [])].some((tag) => !purges.some(({ told }) => told?.has(tag)))
      if (!isNew) await Promise.race([again, over.promise, inVain.promise])
      const count = await purgeKeys({ url: edge.controlUrl, token: edge.token }, own.look(), purge)
      purges.push(purge)
      return count
    },
  })
  const once = async () => {
    over.resolve()
    await stop()
  }
  stops.push(once)
  const goOn = () => {
    inVain.resolve()
    inVain = Promise.withResolvers<void>()
  }
  return { purges, looks: () => looks, goOn, stop: once }
}

let pages = 0

/**
 * An answer of before an edit that reaches the edge when it has purged the page already. Anew with another page where a machine is so slow that
 * nginx would not wait.
 */
function sendLate({ purges, goOn }: Followed, stamp: string | null = null): Promise<{ tag: string; target: string; old: string }> {
  return eventually('an answer came late', async () => {
    pages += 1
    const tag = `late-${pages}`
    const target = `/p/${tag}--x`
    held = []
    asOf = stamp
    const sends = held
    const asking = fetch(edge.url + target)
    await eventually('the web process was asked', async () => sends.length === 1)
    held = null
    await tell(tag)
    await eventually('it was purged', async () => purges.some(({ told }) => told?.has(tag)))
    sends[0]?.()
    const answer = await asking
    if (answer.ok) return { tag, target, old: await answer.text() }
    goOn()
    return false
  })
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
  const { promise: looked, resolve: goOn } = Promise.withResolvers<void>()
  const followed = await follow(undefined, looked)
  const { target, old } = await sendLate(followed)
  expect(await page(target)).toBe(old)
  goOn()
  await eventually('it is gone', async () => (await page(target)) !== old)
})

test('one that says it is new is not purged once more, though one that comes late is', async () => {
  const { promise: looked, resolve: goOn } = Promise.withResolvers<void>()
  const followed = await follow(undefined, looked)
  const stampOf = ({ epoch, sequence }: { epoch: string; sequence: number }) => `as-of:${epoch}:${sequence}`
  const { tag, target, old } = await sendLate(followed, stampOf(cursor()))
  asOf = stampOf({ epoch: cursor().epoch, sequence: await head() })
  const fresh = await page(`/p/${tag}`)
  expect(await page(target)).toBe(old)
  goOn()
  await eventually('it is gone', async () => (await page(target)) !== old)
  await eventually('all is settled', async () => cursor().sequence === (await head()), SETTLED_MS)
  expect(await page(`/p/${tag}`)).toBe(fresh)
})

test('while nothing is told nothing is written', async () => {
  const { looks } = await follow()
  const { mtimeMs } = fs.statSync(cursorFile())
  const before = looks()
  await eventually('it has looked a few times', async () => looks() >= before + 4)
  expect(fs.statSync(cursorFile()).mtimeMs).toBe(mtimeMs)
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
  await eventually('all is settled', async () => cursor().sequence === sequence + 1, SETTLED_MS)
  // Rounds that a machine is late for are done in one.
  for (const { told } of third.purges) expect([...(told?.keys() ?? [])]).toEqual(['away'])
  expect(third.purges.length).toBeGreaterThan(0)
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
  expect(purges[0]?.told).toBeNull()
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
