import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sku } from '#/domain/sku.ts'
import type { TestReplica } from '#/scripts/stack/test-store.ts'
import { setPrice } from '#/server/catalog/edit-catalog.ts'
import { connectDatabase, type Db } from '#/server/db/client.ts'
import { readCacheReport } from './cache-report.ts'
import { type DrillStore, startDrillStore } from './drill-store.ts'
import { inWords, until } from './merchant.ts'

/** Addresses of one product's variants, which are rendered when somebody asks for them first. */
const variant = (size: number) => `/p/canvas-high-tops/black/${size}`
const UNIT = sku('CANVASHI-BLACK-42')

let store: DrillStore
let db: Db
let redis: Redis

beforeAll(async () => {
  store = await startDrillStore({ replicas: 2 })
  db = connectDatabase(store.postgres.url, 2)
  redis = new Redis(store.cache.url)
})
afterAll(async () => {
  redis.disconnect()
  await db.$disconnect()
  await store.stop()
})

async function ask({ url }: TestReplica, path: string) {
  const response = await fetch(url + path, { headers: { accept: 'text/html' }, signal: AbortSignal.timeout(20_000) })
  return { status: response.status, life: response.headers.get('cache-control') ?? '', html: await response.text() }
}

const look = (replica: TestReplica) => readCacheReport(store, replica)

test('while Postgres is away, pages that nobody has are made of what another web process has read; afterwards everything catches up', async () => {
  const [one, other] = store.replicas as [TestReplica, TestReplica]
  // A server that is busy for a moment may not be told at once; the next page that is rendered tells it.
  const others = ['off-white/40', 'off-white/41', 'off-white/42', 'off-white/43', 'black/41'].values()
  await until('what one has read is in Redis cache', async () => {
    const next = others.next().value
    if (next) await ask(one, `/p/canvas-high-tops/${next}`)
    const [shared, { data }] = await Promise.all([redis.keys('data:*'), look(one)])
    return data.entries > 0 && shared.length >= data.entries
  })
  const readings = (await look(other)).counts['data.postgres']?.read
  await store.postgres.kill()
  for (const replica of store.replicas) await until('the lease is over', async () => !(await look(replica)).feed.lease)

  const lives: string[] = []
  for (const [replica, size] of [
    [other, 42],
    [one, 43],
  ] as const) {
    await until(`${replica.url} makes a page`, async () => {
      const { status, life, html } = await ask(replica, variant(size))
      lives.push(life)
      return status === 200 && html.includes('Canvas')
    })
  }
  expect(lives, 'no edge keeps them').not.toContainEqual(expect.stringMatching(/s-maxage=(?!1\b)/))
  const { counts } = await look(other)
  expect(counts['data.postgres']?.read, 'it has read nothing itself').toBe(readings)
  expect(counts['data.redis']?.hit).toBeGreaterThan(0)

  await store.postgres.start()
  await until('the edit is made', async () => (await setPrice(db, UNIT, 61_23, Date.now())).ok)
  for (const replica of store.replicas) {
    for (const size of [42, 43]) {
      await until(`${replica.url} shows the new price`, async () => (await ask(replica, variant(size))).html.includes(inWords(61_23)))
    }
    await until('an edge may keep it', async () => /s-maxage=\d\d/.test((await ask(replica, variant(42))).life))
  }
})

test('a page that nobody has is made of what is old, rather than not at all, when Postgres went away right after an edit; then it is made anew', async () => {
  const [one] = store.replicas as [TestReplica]
  const { feed } = await look(one)
  await until('the edit is made', async () => (await setPrice(db, UNIT, 62_34, Date.now())).ok)
  await until('the edit is known', async () => (await look(one)).feed.sequence > feed.sequence)
  await store.postgres.kill()
  await until('it makes a page', async () => (await ask(one, variant(40))).status === 200)
  await store.postgres.start()
  await until('it shows the edit', async () => (await ask(one, variant(40))).html.includes(inWords(62_34)))
})
