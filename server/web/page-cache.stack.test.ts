import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Redis } from 'ioredis'
import { SharedCacheControls } from 'next/dist/server/lib/incremental-cache/shared-cache-controls.external.js'
import { nodeFs } from 'next/dist/server/lib/node-fs-methods.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '#/drill/engine/eventually.ts'
import { startTestStack, type TestStack } from '#/scripts/stack/test-stack.ts'
import { asOfTag } from '../cache/as-of.ts'
import { TagClock } from '../cache/tag-clock.ts'
import { PatientRedis } from '../redis/patient-redis.ts'
import { keptPages } from './kept-pages.ts'
import PageCache from './page-cache.mjs'
import { setProcessPages } from './process-pages.ts'
import { SharedPages } from './shared-pages.ts'
import { setTagClock, tagClock } from './tag-clock.ts'

let stack: TestStack
let redis: Redis
let patient: PatientRedis
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'page-cache-'))

beforeAll(async () => {
  stack = await startTestStack({ without: ['postgres', 'core', 'gateway', 'mail'] })
  redis = new Redis(stack.cache.url)
  patient = new PatientRedis(stack.cache.url, 'test-pages')
  await eventually('it answers', async () => (await patient.ask((one) => one.ping())).ok)
  const clock = new TagClock()
  clock.apply({ epoch: 'e1', since: 0, head: 7, changed: new Map() }, performance.now())
  setTagClock(clock)
  const refresher = { ask: () => {}, isDue: () => false, done: () => {} }
  setProcessPages({ refresher: refresher as never, shared: new SharedPages(patient, { release: 'r1', publicUrl: 'http://localhost' }) })
})
afterAll(async () => {
  redis.disconnect()
  patient.close()
  fs.rmSync(folder, { recursive: true })
  await stack.stop()
})

const asked = { kind: 'APP_PAGE', isFallback: false, isRoutePPREnabled: true } as never
const life = { kind: 'APP_PAGE', isRoutePPREnabled: true, isFallback: false, cacheControl: { revalidate: 3600, expire: 36_000 } } as never
const keyOf = (page: string) => `/route-cache/APP_PAGE/abc/$${page}`
const lifetimes = () => (SharedCacheControls as unknown as { cacheControls: Map<string, unknown> }).cacheControls.size

function cacheOfRequest() {
  const Cache = PageCache as unknown as new (context: object) => InstanceType<typeof PageCache>
  return new Cache({ fs: nodeFs, serverDistDir: folder, flushToDisk: true, maxMemoryCacheSize: 1e6, revalidatedTags: [] })
}

const rendered = (status: number) =>
  ({
    ...{ kind: 'APP_PAGE', status, html: '<!DOCTYPE html><html><head></head><body></body></html>', rscData: Buffer.from('') },
    ...{ headers: { 'x-next-cache-tags': `catalogue,${asOfTag(tagClock().now)}` }, postponed: undefined },
  }) as never

/** As the framework does it for a page that it does not find. */
async function render(page: string, status: number): Promise<void> {
  const key = keyOf(page)
  if ((await cacheOfRequest().get(key, asked)) !== null && status === 200) return
  new SharedCacheControls({ routes: {}, dynamicRoutes: {} }).set(key, { revalidate: 3600, expire: 36_000 })
  await cacheOfRequest().set(key, rendered(status), life)
}

test('10,000 addresses that lead nowhere leave nothing in memory, in Redis or on disk', async () => {
  await render('/p/there', 200)
  const left = async () => [keptPages().size, keptPages().bytes, await redis.dbsize(), fs.readdirSync(folder), lifetimes()]
  const before = await left()
  for (let n = 0; n < 10_000; n += 100) await Promise.all(Array.from({ length: 100 }, (_, i) => render(`/p/made-up-${n + i}`, 404)))
  expect(await left()).toEqual(before)
})

test('a page that is gone is gone for a process that has an older copy of it, too, until it is there again', async () => {
  await render('/p/gone', 200)
  const old = keptPages().findPage('/p/gone')
  await cacheOfRequest().set(keyOf('/p/gone'), rendered(404), life)
  keptPages().drop('/p/gone')
  expect(await cacheOfRequest().get(keyOf('/p/gone'), asked)).toBeNull()
  keptPages().put('/p/gone', old as NonNullable<typeof old>)
  expect(keptPages().findPage('/p/gone')).toBeNull()
  await cacheOfRequest().set(keyOf('/p/gone'), rendered(200), life)
  keptPages().drop('/p/gone')
  expect((await cacheOfRequest().get(keyOf('/p/gone'), asked))?.value).toMatchObject({ status: 200 })
})
