import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { eventually } from '#/drill/engine/eventually.ts'
import { startTestStack, type TestStack } from '#/scripts/stack/test-stack.ts'
import { counts } from '../cache/counts.ts'
import { TagClock } from '../cache/tag-clock.ts'
import { lastEpochKey, pageKeys, pageNamespace } from '../redis/cache-keys.ts'
import { PatientRedis } from '../redis/patient-redis.ts'
import { awaitFirst } from './await-first.ts'
import { type GonePage, type KeptPage, keptPages, toBodies } from './kept-pages.ts'
import { tellLastEpoch } from './last-epoch.ts'
import { type SharedPage, SharedPages, type SharedPagesOptions } from './shared-pages.ts'
import { setTagClock, tagClock } from './tag-clock.ts'
import { putAgain, takeRecent } from './warm-pages.ts'

const [EPOCH, RELEASE, PUBLIC_URL] = ['e1', 'r1', 'http://localhost']
let stack: TestStack
let redis: Redis
let patient: PatientRedis

beforeAll(async () => {
  stack = await startTestStack({ without: ['postgres', 'core', 'gateway', 'mail'] })
  redis = new Redis(stack.cache.url)
  patient = new PatientRedis(stack.cache.url, 'test-pages')
  await eventually('it answers', async () => (await patient.ask((one) => one.ping())).ok)
})
afterAll(async () => {
  redis.disconnect()
  patient.close()
  await stack.stop()
})
beforeEach(async () => {
  await redis.flushall()
  setClock(EPOCH)
})

function setClock(epoch: string): void {
  const clock = new TagClock()
  clock.apply({ epoch, since: 0, head: 7, changed: new Map() }, performance.now())
  setTagClock(clock)
}

/** Of a web process of its own. */
function shared(options: Partial<SharedPagesOptions> = {}): SharedPages {
  return new SharedPages(patient, { release: RELEASE, publicUrl: PUBLIC_URL, ...options })
}

const life = { tags: ['catalogue'], revalidateSeconds: 3600, expireSeconds: Number.POSITIVE_INFINITY }
const made = (sequence: number, renderedAtMs: number) => ({ ...life, asOf: { epoch: EPOCH, sequence }, renderedAtMs })
const bytes = (text: string) => Buffer.from(text)

async function page(text: string, { sequence = 1, renderedAtMs = 1 } = {}): Promise<KeptPage> {
  const { gzipSync, brotliCompressSync } = await import('node:zlib')
  return {
    ...made(sequence, renderedAtMs),
    kind: 'page',
    from: 'render',
    status: 200,
    headers: { 'cache-tag': 'catalogue' },
    bodies: toBodies({ identity: bytes(text), gzip: gzipSync(text), br: brotliCompressSync(text) }),
    rscData: bytes(`tree of ${text}`),
    segmentData: new Map([
      ['/_tree', bytes('{}')],
      ['/p/__PAGE__', bytes('größer')],
    ]),
  }
}

const textOf = (found: SharedPage | null) => (found?.kind === 'page' ? found.bodies.identity.bytes.toString() : (found?.kind ?? null))

test('a page is found by another process as it was put, with its parts, its stamp and its ETags', async () => {
  const own = await page('Grüße')
  await shared().put('/a', own)
  expect(await shared().find('/a')).toEqual({ ...own, from: 'shared' })
  const gone: GonePage = { ...made(2, 2), kind: 'gone' }
  await shared().put('/a', gone)
  expect(await shared().find('/a')).toEqual(gone)
  expect(await shared().find('/nothing')).toBeNull()
})

test('a page of older data, or an older rendering of the same, never takes the place of a newer one, whichever is late', async () => {
  const all = await Promise.all(
    [1, 2, 3].flatMap((sequence) => [10, 20].map((at) => page(`${sequence} at ${at}`, { sequence, renderedAtMs: at }))),
  )
  for (let first = 0; first < all.length; first += 1) {
    await redis.flushall()
    for (let n = 0; n < all.length; n += 1) await shared().put('/a', all[(first + n * 5) % all.length] as KeptPage)
    expect(textOf(await shared().find('/a'))).toBe('3 at 20')
  }
})

test('only what is newer than what is known is fetched', async () => {
  const [old, current] = [await page('old'), await page('new', { sequence: 2 })]
  await shared().put('/a', current)
  expect(textOf(await shared().find('/a', old))).toBe('new')
  expect(await shared().find('/a', current)).toBeNull()
  expect(textOf(await shared().find('/a', { ...current, asOf: { epoch: 'e0', sequence: 9 } }))).toBe('new')
})

test('processes of another release, at another address, or of another life of the feed share nothing', async () => {
  await shared().put('/a', await page('a'))
  for (const other of [shared({ release: 'r2' }), shared({ publicUrl: 'https://elsewhere' })]) expect(await other.find('/a')).toBeNull()
  setClock('e2')
  expect(await shared().find('/a')).toBeNull()
  await shared().put('/a', await page('late'))
  setClock(EPOCH)
  expect(textOf(await shared().find('/a'))).toBe('a')
})

test('beyond the bounds the pages that were put longest ago go, with everything that is known of them', async () => {
  const few = shared({ mostPages: 3 })
  for (const path of ['/a', '/b', '/c', '/a', '/d', '/e']) await few.put(path, await page(path))
  expect([...(await few.recent(9))].sort()).toEqual(['/a', '/d', '/e'])
  const { sizes, page: pageKey } = pageKeys(pageNamespace({ release: RELEASE, publicUrl: PUBLIC_URL, epoch: EPOCH }))
  expect(await redis.exists(pageKey('/b'), pageKey('/c'))).toBe(0)
  expect((await redis.hkeys(sizes)).sort()).toEqual(['', '/a', '/d', '/e'])

  const size = Number(await redis.hget(sizes, '/a'))
  const small = shared({ mostBytes: 2.5 * size })
  await small.put('/f', await page('/f'))
  expect((await small.recent(9)).length).toBe(2)
  expect(Number(await redis.hget(sizes, ''))).toBe(2 * size)
})

test('the bounds hold again after Redis has lost a part of what they are counted by', async () => {
  const few = shared({ mostPages: 2 })
  const { recent, sizes } = pageKeys(pageNamespace({ release: RELEASE, publicUrl: PUBLIC_URL, epoch: EPOCH }))
  for (const path of ['/a', '/b']) await few.put(path, await page(path))
  await redis.del(recent)
  for (const path of ['/c', '/d', '/e']) await few.put(path, await page(path))
  expect([...(await few.recent(9))].sort()).toEqual(['/d', '/e'])
  expect((await redis.hkeys(sizes)).sort()).toEqual(['', '/d', '/e'])
})

test('a Redis that is full takes nothing, and what it has stays as it is', async () => {
  await shared().put('/a', await page('before'))
  const refused = counts()['pages.shared'].refused
  await redis.config('SET', 'maxmemory-policy', 'noeviction', 'maxmemory', '100kb')
  try {
    await shared().put('/a', await page('after', { sequence: 2 }))
    await shared().put('/b', await page('b'))
    expect(counts()['pages.shared'].refused - refused).toBe(2)
    expect([textOf(await shared().find('/a')), await shared().find('/b'), await shared().lock('/a')]).toEqual(['before', null, 'away'])
  } finally {
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru', 'maxmemory', '128mb')
  }
  await shared().put('/a', await page('after', { sequence: 2 }))
  expect(textOf(await shared().find('/a'))).toBe('after')
})

test('one process renders a page at a time, and nobody else can let go of it', async () => {
  const [one, other] = [shared(), shared()]
  expect([await one.lock('/a'), await other.lock('/a'), await one.lock('/a'), await other.lock('/b')]).toEqual([
    'ours',
    'theirs',
    'ours',
    'ours',
  ])
  await other.unlock('/a')
  expect(await one.isLocked('/a')).toBe(true)
  await one.unlock('/a')
  expect([await one.isLocked('/a'), await other.lock('/a')]).toEqual([false, 'ours'])
})

test('who comes to a page that another process renders for the first time waits for it; whoever holds it renders', async () => {
  const [one, other] = [shared(), shared()]
  expect(await awaitFirst(one, '/a')).toBeNull()
  const waiting = awaitFirst(other, '/a')
  await one.put('/a', await page('first'))
  await one.unlock('/a')
  expect(textOf(await waiting)).toBe('first')
})

test('who waits for a page goes on by himself once the other has let go of it without one', async () => {
  const [one, other] = [shared(), shared()]
  await Promise.all([awaitFirst(one, '/a'), awaitFirst(one, '/held')])
  const held = awaitFirst(other, '/held').then(() => 'the patience of who came earlier was at its end')
  const looks = counts()['pages.shared'].miss
  await eventually('he has looked for a while', async () => counts()['pages.shared'].miss > looks + 5)
  const waiting = awaitFirst(other, '/a')
  await one.unlock('/a')
  expect(await Promise.race([held, waiting])).toBeNull()
})

test('who holds a page that has come meanwhile lets go of it', async () => {
  const one = shared()
  await one.put('/a', await page('first'))
  expect(textOf(await awaitFirst(one, '/a'))).toBe('first')
  expect(await one.isLocked('/a')).toBe(false)
})

test('whatever stands in the place of a page makes room for one, at once or once somebody has come across it', async () => {
  const { recent, sizes, page: pageKey } = pageKeys(pageNamespace({ release: RELEASE, publicUrl: PUBLIC_URL, epoch: EPOCH }))
  const key = pageKey('/a')
  const damage: Record<string, () => Promise<unknown>> = {
    'a number that is none': () => redis.hset(key, 'asOf', 'abc'),
    'no time': () => redis.hdel(key, 'renderedAtMs'),
    'another type': () => redis.multi().del(key).set(key, 'text').exec(),
    'an index of another type': () => redis.multi().del(recent, sizes).set(recent, 'text').set(sizes, 'text').exec(),
    'a number that the page does not say of itself': () => redis.hset(key, 'asOf', '1000000000000000'),
    'nothing but a number': () => redis.multi().del(key).hset(key, 'asOf', '1000000000000000').exec(),
  }
  for (const [what, hurt] of Object.entries(damage)) {
    await redis.flushall()
    await shared().put('/a', await page('before'))
    await hurt()
    const known = await page('before')
    expect(textOf(await shared().find('/a', known)), what).toBeNull()
    await shared().put('/a', await page('after', { sequence: 2 }))
    expect(textOf(await shared().find('/a', known)), what).toBe('after')
  }
})

test('a process that began while Postgres is away finds what the others have shared, and puts nothing and holds nothing itself', async () => {
  await shared().put('/a', await page('a'))
  await eventually('it is said which life of the feed goes on', async () => {
    await tellLastEpoch(patient, tagClock(), PUBLIC_URL)
    return redis.exists(lastEpochKey(PUBLIC_URL))
  })
  const clock = new TagClock()
  setTagClock(clock)
  expect(await shared().find('/a')).toBeNull()
  await eventually('it has heard', async () => {
    await tellLastEpoch(patient, clock, PUBLIC_URL)
    return clock.epochToRead === EPOCH
  })
  expect([textOf(await shared().find('/a')), await shared().recent(9)]).toEqual(['a', ['/a']])
  expect(await shared().find('/a', await page('a'))).toBeNull()
  expect([clock.isKnown, await shared().lock('/a')]).toEqual([false, 'away'])
  await shared().put('/b', await page('b'))
  expect((await redis.keys('*:page:*')).length).toBe(1)
})

test('of pages that are taken over, or put again, the latest is the last to make room', async () => {
  for (const path of ['/first', '/second', '/third']) await shared().put(path, await page(path))
  await takeRecent(shared())
  expect(
    keptPages()
      .pages()
      .map(([path]) => path),
    'the latest first',
  ).toEqual(['/third', '/second', '/first'])
  await redis.flushall()
  keptPages().put('/first', await page('/first', { sequence: 2 }))
  await putAgain(shared())
  expect(await shared().recent(9)).toEqual(['/first', '/third', '/second'])
})

test('what is nothing of ours counts as not there', async () => {
  const key = pageKeys(pageNamespace({ release: RELEASE, publicUrl: PUBLIC_URL, epoch: EPOCH })).page('/p/x')
  await shared().put('/p/x', await page('x'))
  const good = await redis.hgetallBuffer(key)
  expect(await shared().find('/p/x')).not.toBeNull()
  const head = JSON.parse(String(good.head)) as Record<string, unknown>
  const { gzipSync } = await import('node:zlib')
  for (const junk of [
    { head: 'no JSON' },
    { head: JSON.stringify({ ...head, status: 'well' }) },
    { head: JSON.stringify({ ...head, tags: 'catalogue' }) },
    { head: JSON.stringify({ ...head, headers: { link: 'two\r\nlines: 1' } }) },
    { gzip: 'no gzip' },
    { parts: gzipSync(Buffer.alloc(9 * 1024 * 1024)) },
  ]) {
    await redis.hset(key, { ...good, ...junk })
    expect(await shared().find('/p/x'), Object.keys(junk)[0]).toBeNull()
  }
})
