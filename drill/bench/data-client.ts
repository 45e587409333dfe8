import { once } from 'node:events'
import { DataCache, type Json, type Reading } from '#/server/cache/data-cache.ts'
import { followTags } from '#/server/cache/follow-tags.ts'
import { tags } from '#/server/cache/manifest.ts'
import { TagClock } from '#/server/cache/tag-clock.ts'
import { readProduct } from '#/server/catalog/read-catalog.ts'
import { connectDatabase, type Db } from '#/server/db/client.ts'
import { connectRedis } from '#/server/redis/connect.ts'
import { PatientRedis } from '#/server/redis/patient-redis.ts'
import { serve } from './child.ts'

type Where = { readonly databaseUrl: string; readonly cacheUrl: string; readonly slugs: readonly string[] }

/** Between two looks at the clock, or a look would be what is measured. */
const STRIDE = 256

async function connect({ databaseUrl, cacheUrl, slugs }: Where) {
  const db = connectDatabase(databaseUrl, 4)
  const clock = new TagClock()
  await followTags(connectDatabase(databaseUrl, 1), clock).known
  const redis = new PatientRedis(cacheUrl, 'bench-data')
  const bare = connectRedis(cacheUrl, 'bench-bare')
  await Promise.all([new Promise<void>((resolve) => redis.onReady(resolve)), once(bare, 'ready')])
  const options = { clock: () => clock, shared: () => redis }
  const products = await Promise.all(slugs.map(async (slug) => [slug, await readingOf(db, slug)()] as const))
  return {
    db,
    slugs,
    map: new Map<string, Json>(products.map(([slug, { value }]) => [slug, value])),
    whole: new DataCache(options),
    /** Keeps nothing itself, so that Redis is asked each time. */
    shared: new DataCache({ ...options, mostBytes: 1 }),
    bare,
    bytes: products.reduce((sum, [, { value }]) => sum + JSON.stringify(value).length, 0) / products.length,
  }
}

let connected: Awaited<ReturnType<typeof connect>> | undefined

function ready() {
  if (!connected) throw new Error('the data client was not made ready')
  return connected
}

/** As pages read it. */
function readingOf(db: Db, slug: string): () => Promise<Reading<Json>> {
  return async () => {
    const product = await readProduct(db, slug)
    return { value: product as unknown as Json, tags: [tags.catalogue, tags.product(product?.code ?? '')] }
  }
}

/** Readings a second of so many readers, each one after the other. */
async function rate(
  seconds: number,
  readers: number,
  read: (key: string, reader: number) => Promise<unknown>,
  stride = 1,
): Promise<number> {
  const { slugs } = ready()
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1000
  let sum = 0
  const reader = async (_: unknown, number: number) => {
    for (let n = 0; n % stride !== 0 || performance.now() < endsAt; n += 1) {
      await read(slugs[(n + number) % slugs.length] as string, number)
      sum += 1
    }
  }
  await Promise.all(Array.from({ length: readers }, reader))
  return (sum / (performance.now() - startedAt)) * 1000
}

let made = 0

export const handlers = {
  /** Returns how large a product is, as JSON. */
  getReady: async (where: Where) => {
    connected = await connect(where)
    return connected.bytes
  },
  map: (seconds: number) => rate(seconds, 1, async (slug) => ready().map.get(slug), STRIDE),
  memory: (seconds: number) => rate(seconds, 1, (slug) => ready().whole.read(`product:${slug}`, readingOf(ready().db, slug)), STRIDE),
  get: ({ seconds, readers }: { seconds: number; readers: number }) =>
    rate(seconds, readers, (_, reader) => ready().bare.get(`bench:${reader}`)),
  redis: async ({ seconds, readers }: { seconds: number; readers: number }) => {
    const { shared, db, slugs } = ready()
    let missed = 0
    const source = (reader: number) => () => {
      missed += 1
      return readingOf(db, slugs[reader % slugs.length] as string)()
    }
    // A key each, or those who ask at the same moment would be answered together.
    const perSecond = await rate(seconds, readers, (_, reader) => shared.read(`bench:${reader}`, source(reader)))
    if (missed > readers) throw new Error(`${missed} of these readings were not answered by redis cache`)
    return perSecond
  },
  /** The same bytes as under the keys of `redis`. */
  fill: async (readers: number) => {
    const { bare, map, slugs } = ready()
    for (let n = 0; n < readers; n += 1) await bare.set(`bench:${n}`, JSON.stringify(map.get(slugs[n % slugs.length] as string)))
  },
  source: ({ seconds, readers }: { seconds: number; readers: number }) => rate(seconds, readers, (slug) => readingOf(ready().db, slug)()),
  miss: ({ seconds, readers }: { seconds: number; readers: number }) =>
    rate(seconds, readers, (slug) => {
      made += 1
      return ready().whole.read(`bench:miss:${made}`, readingOf(ready().db, slug))
    }),
}

serve(handlers)
