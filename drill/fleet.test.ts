import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sku } from '#/domain/sku.ts'
import { TEST_BUILD, type TestReplica } from '#/scripts/stack/test-store.ts'
import { tags } from '#/server/cache/manifest.ts'
import { readTags } from '#/server/cache/read-tags.ts'
import { edit } from '#/server/catalog/edit.ts'
import { setPrice } from '#/server/catalog/edit-catalog.ts'
import { connectDatabase, type Db } from '#/server/db/client.ts'
import { pageKeys, pageNamespace } from '#/server/redis/cache-keys.ts'
import { readCacheReport, untilKnown, untilRenewed } from './cache-report.ts'
import { type DrillStore, startDrillStore } from './drill-store.ts'
import { holdTransaction } from './engine/held-transaction.ts'
import { SlowWire } from './engine/slow-wire.ts'
import { inWords, until } from './merchant.ts'

/** Two web processes that share their pages, and what becomes of these when something goes wrong. */
const [PAGE, UNIT, CODE] = ['/p/black-road-bicycle', sku('ROADBIKE-52CM'), 'ROADBIKE']

let store: DrillStore
let db: Db
let cache: Redis
let wire: SlowWire

beforeAll(async () => {
  store = await startDrillStore({
    replicas: 2,
    env: async (stack) => {
      const slow = await SlowWire.to(stack.cache.url)
      wire = slow.wire
      return { CACHE_REDIS_URL: slow.url }
    },
  })
  // None of it needs them.
  await store.workers.kill()
  db = connectDatabase(store.postgres.url, 3)
  cache = new Redis(store.cache.url)
  cache.on('error', () => {}) // it is killed, too
})
afterAll(async () => {
  cache.disconnect()
  wire.close()
  await db.$disconnect()
  await store.stop()
})

/** Long enough for a machine that is busy with everything else; far less than any of the outages here lasts. */
const PATIENCE_MS = 20_000

async function ask({ url }: TestReplica, page = PAGE, headers: Record<string, string> = {}) {
  const response = await fetch(url + page, {
    headers: { accept: 'text/html', 'accept-encoding': 'identity', ...headers },
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
  const life = response.headers.get('cache-control') ?? ''
  const status = response.headers.get('cache-status') ?? ''
  return { code: response.status, from: response.headers.get('x-nextjs-cache'), status, life, text: await response.text() }
}

const told = (replica: TestReplica) => readCacheReport(store, replica)

/** Of all web processes together. */
async function counted(layer: 'pages.render' | 'pages.shared', outcome: string): Promise<number> {
  const all = await Promise.all(store.replicas.map(told))
  return all.reduce((sum, { counts }) => sum + (counts[layer]?.[outcome] ?? 0), 0)
}

const price = async (minor: number) => expect(await setPrice(db, UNIT, minor, Date.now())).toMatchObject({ ok: true })
const touch = (code: string) => edit(db, async (_, touched) => touched.tags(tags.product(code)))

/** Every web process sends a page of now. */
async function untilCurrent(shows: string, page = PAGE): Promise<void> {
  for (const replica of store.replicas) {
    await until(`${replica.url}${page} shows ${shows} as current`, async () => {
      const { from, text } = await ask(replica, page)
      return from === 'HIT' && text.includes(shows)
    })
  }
}

/** What Redis has of a page. */
async function sharedAsOf(page: string): Promise<number> {
  const { epoch } = await readTags(db, 0)
  const release = readFileSync(path.join(store.buildFolder, 'BUILD_ID'), 'utf8')
  const keys = pageKeys(pageNamespace({ release, publicUrl: store.env.PUBLIC_URL ?? '', epoch }))
  return Number(await cache.hget(keys.page(page), 'asOf'))
}

/** A hold that nobody let go of runs out by itself. */
const pageKeysThere = async () => (await cache.keys('{pages:*')).filter((key) => !key.includes(':lock:')).sort()

/**
 * Every web process has nothing else to do, and reaches Redis cache, which is left alone for a second where it was late: whoever asks for nothing
 * has it looked into.
 */
async function untilReady(): Promise<void> {
  for (const each of store.replicas) {
    await until(`${each.url} shares pages`, async () => {
      const away = (await told(each)).counts['pages.shared']?.away
      await ask(each, `/sale/nothing-${Math.random()}`)
      const { counts, pages } = await told(each)
      return pages.waiting === 0 && counts['pages.shared']?.away === away
    })
  }
}

/** How many pages are rendered meanwhile. A Redis cache that was late once, on a machine that is busy, shares nothing for a second: then anew. */
async function renderings(act: (attempt: number) => Promise<void>): Promise<number> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await untilReady()
    const [away, before] = [await counted('pages.shared', 'away'), await counted('pages.render', 'whole')]
    await act(attempt)
    const rendered = (await counted('pages.render', 'whole')) - before
    if ((await counted('pages.shared', 'away')) === away) return rendered
  }
  throw new Error('Redis cache was late each time')
}

const askAll = (page = PAGE) => Promise.all(Array.from({ length: 200 }, (_, n) => ask(store.replicas[n % 2] as TestReplica, page)))

describe('two web processes', () => {
  test('render a page once for 200 who ask at once when something was told of it, and nobody waits', async () => {
    const rendered = await renderings(async (attempt) => {
      await price(41_00 + attempt)
      expect((await askAll()).filter(({ code }) => code !== 200)).toEqual([])
      await untilCurrent(inWords(41_00 + attempt))
    })
    expect(rendered).toBe(1)
  })

  test('render a page once for 200 who ask at once for one that nobody has seen', async () => {
    const unseen = ['off-white/40', 'off-white/41', 'off-white/42', 'off-white/43', 'black/41']
    let seen = new Set<string>()
    const rendered = await renderings(async (attempt) => {
      const answers = await askAll(`/p/canvas-high-tops/${unseen[attempt]}`)
      seen = new Set(answers.map(({ code, text }) => `${code} ${text}`))
    })
    expect([rendered, seen.size]).toEqual([1, 1])
    expect([...seen][0]).toMatch(/^200 /)
  })

  test('render nothing for soft steps to an old page beyond the one rendering that it needs, and let no edge keep its old parts', async () => {
    const [replica] = store.replicas as [TestReplica]
    // The framework names what it answers by a hash of what it was asked.
    const step = await fetch(replica.url + PAGE, { headers: { rsc: '1' }, redirect: 'manual' })
    const part = step.headers.get('location') ?? PAGE
    const askParts = () => Promise.all(Array.from({ length: 40 }, (_, n) => ask(store.replicas[n % 2] as TestReplica, part, { rsc: '1' })))
    const rendered = await renderings(async (attempt) => {
      const words = inWords(41_30 + attempt)
      await price(41_30 + attempt)
      await untilKnown(store, db)
      await until('the parts are of now', async () => {
        const answers = await askParts()
        for (const { code, text, life } of answers) {
          expect(code).toBe(200)
          if (!text.includes(words)) expect(life).toMatch(/^s-maxage=1,/)
        }
        return answers.every(({ text }) => text.includes(words))
      })
    })
    expect(rendered).toBe(1)
    for (const { life } of await askParts()) expect(life).toMatch(/^s-maxage=(?!1,)/)
  })

  test('never call a rendering current that began before an edit, in whatever order both come to their end', async () => {
    const [replica] = store.replicas as [TestReplica]
    await price(41_45)
    await untilCurrent(inWords(41_45))
    // Read for the page, and not by an edit of a price.
    const held = await holdTransaction(db, (tx) => tx.$executeRaw`LOCK TABLE product_images IN ACCESS EXCLUSIVE MODE`)
    const failed = await counted('pages.render', 'failed')
    await touch(CODE)
    const isHeldUp = async () => {
      await ask(replica)
      const [waiting] = await db.$queryRaw<unknown[]>`
        SELECT 1 FROM pg_locks WHERE relation = 'product_images'::regclass AND mode = 'AccessShareLock' AND NOT granted`
      return waiting !== undefined
    }
    try {
      await until('a rendering is held up', isHeldUp)
      await price(41_56)
      await untilKnown(store, db)
    } finally {
      await held.commit()
    }
    await until('the page is of now', async () => {
      const { from, text } = await ask(replica)
      if (!text.includes(inWords(41_56))) expect(from).toBe('STALE')
      return from === 'HIT'
    })
    await untilCurrent(inWords(41_56))
    expect(await sharedAsOf(PAGE)).toBe((await readTags(db, 0)).head)
    expect(await counted('pages.render', 'failed'), 'no edit makes a rendering fail').toBe(failed)
  })

  test('go on sending the page of before when it cannot be rendered anew, and the new one once it can', async () => {
    await price(41_67)
    await untilCurrent(inWords(41_67))
    const [failed, shared] = [await counted('pages.render', 'failed'), await sharedAsOf(PAGE)]
    const { details } = await db.product.findUniqueOrThrow({ where: { code: CODE } })
    await db.product.update({ where: { code: CODE }, data: { details: 'unreadable' } })
    await touch(CODE)
    await until('a rendering has failed', async () => {
      const answers = await Promise.all(store.replicas.map((replica) => ask(replica)))
      for (const { code, text } of answers) expect([code, text.includes(inWords(41_67))]).toEqual([200, true])
      return (await counted('pages.render', 'failed')) > failed
    })
    await untilKnown(store, db)
    for (const replica of store.replicas) expect((await ask(replica)).from, 'nobody calls it current').toBe('STALE')
    expect(await sharedAsOf(PAGE)).toBe(shared)
    await db.product.update({ where: { code: CODE }, data: { details: details as object } })
    await price(41_78)
    await untilCurrent(inWords(41_78))
  })

  test('keep nothing of 10,000 addresses that lead nowhere: in memory, in Redis, or on disk', async () => {
    const files = () => store.replicas.map(({ buildFolder }) => readdirSync(buildFolder, { recursive: true }).length)
    const entries = async () => (await Promise.all(store.replicas.map(told))).map(({ pages }) => pages.entries)
    expect((await ask(store.replicas[0] as TestReplica, '/p/made-up')).code).toBe(404)
    const before = { files: files(), entries: await entries(), keys: await pageKeysThere() }
    const rendered = await counted('pages.render', 'notFound')
    let asked = 0
    const askOn = async () => {
      while (asked < 10_000) {
        asked += 1
        expect((await ask(store.replicas[asked % 2] as TestReplica, `/p/made-up-${asked}`)).code).toBe(404)
      }
    }
    await Promise.all(Array.from({ length: 16 }, askOn))
    expect({ files: files(), entries: await entries(), keys: await pageKeysThere() }).toEqual(before)
    // One that has not heard from Postgres within the last second leaves them to the framework.
    expect((await counted('pages.render', 'notFound')) - rendered, 'and the framework has next to nothing to do with them').toBeLessThan(
      1000,
    )
  })

  test('have one that is started with the files of its build send what the other has made since, at once', async () => {
    const [, away] = store.replicas as [TestReplica, TestReplica]
    const unbuilt = '/c/seating/sort-newest'
    await until('what nobody has built is shared', async () => {
      await ask(store.replicas[0] as TestReplica, unbuilt)
      if ((await sharedAsOf(unbuilt)) > 0) return true
      // Where Redis was late, one has it for itself: until it is made anew.
      await edit(db, async (_, touched) => touched.tags(tags.catalogue))
      return false
    })
    await away.web.kill('SIGTERM')
    await price(42_00)
    const [there] = store.replicas as [TestReplica]
    // A rendering that began before it was known may show it, too, and is made anew.
    const { head: asOf } = await readTags(db, 0)
    await until('the other has it', async () => (await ask(there)).text.includes(inWords(42_00)) && (await sharedAsOf(PAGE)) === asOf)
    rmSync(away.buildFolder, { recursive: true })
    cpSync(path.resolve(TEST_BUILD), away.buildFolder, { recursive: true })
    await away.web.start()
    const first = await ask(away)
    expect([first.from, first.text.includes(inWords(42_00))]).toEqual(['HIT', true])
    await until('what nobody has built is there, too', async () => {
      const { status } = await ask(away, unbuilt)
      return status.includes('detail=memory')
    })
    const { counts } = await told(away)
    // What Redis was late with, on a machine that is busy, it has to render.
    expect(counts['pages.render']?.whole).toBeLessThanOrEqual(counts['pages.shared']?.away ?? 0)
    expect(await sharedAsOf(PAGE)).toBe(asOf)
  })
})

describe('while Redis cache', () => {
  /** Pages are there, one that nobody has seen is rendered, and an edit shows on each process; each is answered within its time. */
  async function sells(minor: number, unseen: string): Promise<void> {
    for (const replica of store.replicas) {
      for (const page of ['/', '/c/shoes', PAGE, unseen]) expect((await ask(replica, page)).code).toBe(200)
    }
    await price(minor)
    await untilCurrent(inWords(minor))
  }

  /** What was rendered once is taken over by the other again: both were asked for the same pages lately. */
  async function untilShared(): Promise<void> {
    let minor = 90_00
    const counts = () => Promise.all([counted('pages.render', 'whole'), counted('pages.shared', 'hit')])
    await until('one rendering of each page is enough', async () => {
      minor += 11
      const [rendered, taken] = await counts()
      await price(minor)
      await untilCurrent(inWords(minor))
      await untilRenewed(store, db)
      const [renderedThen, takenThen] = await counts()
      return renderedThen > rendered && renderedThen - rendered === takenThen - taken
    })
  }

  test('does not answer, pages are sent, rendered and edited as ever, and shared again afterwards', async () => {
    const away = await counted('pages.shared', 'away')
    process.kill(store.cache.pid() as number, 'SIGSTOP')
    try {
      await sells(43_00, '/c/shoes/sort-newest')
    } finally {
      process.kill(store.cache.pid() as number, 'SIGCONT')
    }
    expect(await counted('pages.shared', 'away')).toBeGreaterThan(away)
    await untilShared()
  })

  test('answers two seconds late, the same', async () => {
    const away = await counted('pages.shared', 'away')
    wire.delay(2000)
    try {
      await sells(44_00, '/c/sport/sort-newest')
    } finally {
      wire.delay(0)
    }
    expect(await counted('pages.shared', 'away')).toBeGreaterThan(away)
    await untilShared()
  })

  test('is full and takes nothing, the same', async () => {
    const refused = await counted('pages.shared', 'refused')
    await cache.config('SET', 'maxmemory-policy', 'noeviction')
    await cache.config('SET', 'maxmemory', '100kb')
    try {
      await sells(45_00, '/c/plants/sort-newest')
    } finally {
      await cache.config('SET', 'maxmemory', '128mb')
      await cache.config('SET', 'maxmemory-policy', 'allkeys-lru')
    }
    expect(await counted('pages.shared', 'refused')).toBeGreaterThan(refused)
    await untilShared()
  })

  test('is gone, the same, and one that comes back empty is given the pages again', async () => {
    const page = '/c/seating/sort-newest'
    await untilShared()
    expect((await ask(store.replicas[0] as TestReplica, page)).code).toBe(200)
    await until('it is shared', async () => (await sharedAsOf(page)) > 0)
    await store.cache.kill()
    try {
      await sells(46_00, '/c/seating/sort-price-low')
    } finally {
      await store.cache.start()
    }
    await until('it is there again, though nobody has asked for it', async () => (await sharedAsOf(page)) > 0)
    await untilShared()
  })
})
