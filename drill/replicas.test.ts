import { cpSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sku } from '#/domain/sku.ts'
import { TEST_BUILD, type TestReplica } from '#/scripts/stack/test-store.ts'
import { setPrice } from '#/server/catalog/edit-catalog.ts'
import { connectDatabase, type Db } from '#/server/db/client.ts'
import { readCacheReport, untilRenewed } from './cache-report.ts'
import { type DrillStore, startDrillStore } from './drill-store.ts'
import { inWords, until } from './merchant.ts'

/** On sale, and among what the shop puts first: the menu and other pages name what it stands in. */
const [PAGE, UNIT] = ['/p/black-road-bicycle', sku('ROADBIKE-52CM')]
const ELSEWHERE = ['/p/canvas-high-tops', '/p/table-tripod', '/c/shoes']
let store: DrillStore
let db: Db

beforeAll(async () => {
  store = await startDrillStore({ replicas: 2 })
  db = connectDatabase(store.postgres.url, 2)
})
afterAll(async () => {
  await db.$disconnect()
  await store.stop()
})

async function ask({ url }: TestReplica, page = PAGE) {
  const response = await fetch(url + page, { headers: { accept: 'text/html' }, signal: AbortSignal.timeout(20_000) })
  const life = response.headers.get('cache-control') ?? ''
  return { status: response.status, from: response.headers.get('x-nextjs-cache'), life, html: await response.text() }
}

async function renderings(replica: TestReplica): Promise<number> {
  return (await readCacheReport(store, replica)).counts['pages.render']?.whole ?? 0
}

const edit = async (minor: number) => expect(await setPrice(db, UNIT, minor, Date.now())).toMatchObject({ ok: true })

/** Asks until a page of now is there, and holds every answer before that to what an edge may do with it. */
async function untilShown(replica: TestReplica, minor: number): Promise<void> {
  await until(`${replica.url} shows ${inWords(minor)} as current`, async () => {
    const { status, from, life, html } = await ask(replica)
    expect(status).toBe(200)
    const isNew = html.includes(inWords(minor))
    if (from === 'STALE') expect(life, 'an edge asks again at once').toMatch(/^s-maxage=1,/)
    return isNew && from === 'HIT'
  })
}

test('an edit shows on every web process, with no worker to tell of it, and pages that do not show it stay as they are', async () => {
  await store.workers.kill()
  const fresh = (replica: TestReplica) => Promise.all(ELSEWHERE.map(async (page) => (await ask(replica, page)).from === 'HIT'))
  for (const replica of store.replicas) {
    await until('pages are ready', async () => (await fresh(replica)).every(Boolean) && (await ask(replica)).from === 'HIT')
  }
  const before = await Promise.all(store.replicas.map(renderings))
  await edit(51_23)
  await Promise.all(store.replicas.map((replica) => untilShown(replica, 51_23)))
  const rendered = (await Promise.all(store.replicas.map(renderings))).map((count, i) => count - (before[i] ?? 0))
  expect(Math.max(...rendered), 'none renders it twice').toBe(1)
  for (const replica of store.replicas) expect(await fresh(replica)).toEqual(ELSEWHERE.map(() => true))
})

test('an edit is on every web process where the page was asked for lately before anybody asks again', async () => {
  await edit(51_12)
  for (const replica of store.replicas) await untilShown(replica, 51_12)
  await edit(51_34)
  await untilRenewed(store, db)
  const answers = await Promise.all(store.replicas.map((replica) => ask(replica)))
  expect(answers.map(({ from, html }) => [from, html.includes(inWords(51_34))])).toEqual(store.replicas.map(() => ['HIT', true]))
})

test('a web process that was away, and comes back with the copies of its build, never calls what was edited before current', async () => {
  const [, away] = store.replicas as [TestReplica, TestReplica]
  await away.web.kill('SIGTERM')
  await edit(52_34)
  rmSync(away.buildFolder, { recursive: true })
  cpSync(path.resolve(TEST_BUILD), away.buildFolder, { recursive: true })
  await away.web.start()
  const first = await ask(away)
  if (!first.html.includes(inWords(52_34))) expect([first.from, first.life]).toEqual(['STALE', expect.stringMatching(/^s-maxage=1,/)])
  await untilShown(away, 52_34)
})

test('a web process that starts while Postgres is away sends what the others share, which no edge keeps, and knows by itself what was edited since', async () => {
  const [other, replica] = store.replicas as [TestReplica, TestReplica]
  const [unbuilt, unseen] = ['/p/canvas-high-tops/black/40', '/p/canvas-high-tops/black/41']
  await until('a page that nobody has built is kept', async () => (await ask(other, unbuilt)).from === 'HIT')
  await edit(53_45)
  await untilShown(other, 53_45)
  await replica.web.kill('SIGTERM')
  await store.postgres.kill()
  // Nothing says that it is ready while Postgres is away.
  const starting = replica.web.start()
  starting.catch(() => {}) // told where it is waited for
  await until('it sends pages', async () => (await ask(replica)).status === 200)
  expect((await ask(replica)).life).toMatch(/^s-maxage=1,/)
  await until('it sends what was edited since the build', async () => (await ask(replica)).html.includes(inWords(53_45)))
  for (const page of [unbuilt, unseen]) await until(`it sends ${page}`, async () => (await ask(replica, page)).status === 200)
  await store.postgres.start()
  await starting
  await until('the edit is made', async () => (await setPrice(db, UNIT, 54_56, Date.now())).ok)
  await untilShown(replica, 54_56)
})
