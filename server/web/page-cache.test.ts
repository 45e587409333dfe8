import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { SharedCacheControls } from 'next/dist/server/lib/incremental-cache/shared-cache-controls.external.js'
import { nodeFs } from 'next/dist/server/lib/node-fs-methods.js'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { asOfTag } from '../cache/as-of.ts'
import { counts } from '../cache/counts.ts'
import { TagClock } from '../cache/tag-clock.ts'
import { type FinishedPage, finishedPages } from './finished-pages.ts'
import { freshnessOf } from './judge-kept.ts'
import PageCache from './page-cache.mjs'
import { hashOf } from './policy.ts'
import { setTagClock, tagClock } from './tag-clock.ts'

const build = fs.mkdtempSync(path.join(os.tmpdir(), 'page-cache-'))
const folder = path.join(build, 'server')
fs.mkdirSync(path.join(build, 'static/chunks'), { recursive: true })
fs.writeFileSync(path.join(build, 'static/chunks/1.css'), '.of-another-page{}')
afterAll(() => fs.rmSync(build, { recursive: true }))

const asked = { kind: 'APP_PAGE', isFallback: false, isRoutePPREnabled: true } as never
const life = { isRoutePPREnabled: true, isFallback: false, cacheControl: { revalidate: 3600, expire: 36_000 } } as never
const EPOCH = 'e1'

beforeEach(() => {
  const clock = new TagClock()
  clock.apply({ epoch: EPOCH, since: 0, head: 7, changed: new Map() }, performance.now())
  setTagClock(clock)
})

const keyOf = (page: string) => `/route-cache/APP_PAGE/abc/$${page}`

/** The cache as the framework makes it for a request. */
function cacheOfRequest() {
  const Cache = PageCache as unknown as new (context: object) => InstanceType<typeof PageCache>
  return new Cache({ fs: nodeFs, serverDistDir: folder, flushToDisk: true, maxMemoryCacheSize: 1e6, revalidatedTags: [] })
}

function rendered(text: string, { status = 200, tags = 'catalogue' } = {}) {
  const html = `<!DOCTYPE html><html><head></head><body>${text}<script src="/1.js" async=""></script></body></html>`
  return { kind: 'APP_PAGE', html, rscData: Buffer.from(''), status, headers: { 'x-next-cache-tags': tags }, postponed: undefined } as never
}

test('what is stored comes back in its final form, and by then its bytes are ready', async () => {
  await cacheOfRequest().set(keyOf('/p/a'), rendered('a'), life)
  const bytes = finishedPages().find('/p/a')?.bodies.identity.bytes.toString()
  expect(bytes).not.toContain('<script src')
  const entry = await cacheOfRequest().get(keyOf('/p/a'), asked)
  expect(entry?.value).toMatchObject({ html: bytes, headers: { 'content-security-policy': expect.stringContaining("script-src 'self'") } })
})

test('the policy of a page lets in every sheet of the build, which a soft step from it may need', async () => {
  await cacheOfRequest().set(keyOf('/p/styled'), rendered('styled'), life)
  const policy = finishedPages().find('/p/styled')?.headers['content-security-policy']
  expect(policy).toContain(`style-src 'self' ${hashOf('.of-another-page{}')}`)
})

/** As the framework judges an entry: by its age alone. */
async function isOld(key: string): Promise<boolean> {
  const { lastModified = 0, cacheControl } = (await cacheOfRequest().get(key, asked)) ?? {}
  return Date.now() - lastModified > Number(cacheControl?.revalidate) * 1000
}

function tell(changed: Record<string, number>): void {
  const { sequence } = tagClock().now
  const head = Math.max(sequence, ...Object.values(changed))
  tagClock().apply({ epoch: EPOCH, since: sequence, head, changed: new Map(Object.entries(changed)) }, performance.now())
}

test('what was told while a page was rendered makes it old from the first moment, whatever the times of both', async () => {
  const key = keyOf('/p/edited')
  const asOf = tagClock().now
  tell({ 'product:EDITED': asOf.sequence + 1 })
  await cacheOfRequest().set(key, rendered('old', { tags: `product:EDITED,${asOfTag(asOf)}` }), life)
  expect([await isOld(key), freshnessOf(finishedPages().find('/p/edited') as FinishedPage, Date.now())]).toEqual([true, 'stale'])
  await cacheOfRequest().set(key, rendered('new', { tags: `product:EDITED,${asOfTag(tagClock().now)}` }), life)
  expect([await isOld(key), freshnessOf(finishedPages().find('/p/edited') as FinishedPage, Date.now())]).toEqual([false, 'fresh'])
  tell({ 'product:OTHER': asOf.sequence + 2 })
  expect(await isOld(key)).toBe(false)
})

test('a page that stands in the folder from before a restart is old when it lacks what was told since', async () => {
  const [key, current] = [keyOf('/p/before'), keyOf('/p/current')]
  for (const each of [key, current])
    await cacheOfRequest().set(each, rendered('kept', { tags: `product:BEFORE,${asOfTag(tagClock().now)}` }), life)
  setTagClock(new TagClock())
  expect(await isOld(key), 'nobody knows yet').toBe(false)
  tell({ 'product:BEFORE': 100 })
  expect(await isOld(key)).toBe(true)
})

test('the answer of a route is judged as pages are', async () => {
  const [key, route] = [keyOf('/sitemap.xml'), { kind: 'APP_ROUTE', isFallback: false } as never]
  const value = {
    kind: 'APP_ROUTE',
    body: Buffer.from('<xml>'),
    status: 200,
    headers: { 'x-next-cache-tags': `addresses,${asOfTag(tagClock().now)}` },
  }
  await cacheOfRequest().set(key, value as never, { ...(life as object), kind: 'APP_ROUTE' } as never)
  const kept = await cacheOfRequest().get(key, route)
  expect(kept?.value).toMatchObject({ headers: { 'cache-tag': 'addresses' } })
  const before = Number(kept?.lastModified)
  tell({ addresses: tagClock().now.sequence + 1 })
  expect(Number((await cacheOfRequest().get(key, route))?.lastModified)).toBeLessThan(before - 3_000_000)
})

test('an edge can drop a page by the tags that are told, and sees no other', async () => {
  const carried = `_N_T_/layout,_N_T_/p/tagged,${asOfTag(tagClock().now)},catalogue,product:TAGGED`
  await cacheOfRequest().set(keyOf('/p/tagged'), rendered('tagged', { tags: carried }), life)
  const page = finishedPages().find('/p/tagged')
  expect(page?.headers).toMatchObject({ 'cache-tag': 'catalogue,product:TAGGED' })
  expect(page?.headers['x-next-cache-tags']).toBeUndefined()
})

test('what is rendered is counted, and so is a page that stays because nothing could be rendered in its place', async () => {
  const key = keyOf('/p/counted')
  const before = { ...counts()['pages.render'] }
  await cacheOfRequest().set(key, rendered('there', { tags: `catalogue,${asOfTag(tagClock().now)}` }), life)
  const kept = await cacheOfRequest().get(key, asked)
  await cacheOfRequest().set(key, kept?.value as never, life)
  await cacheOfRequest().set(keyOf('/p/not-counted'), rendered('not found', { status: 404 }), life)
  expect(counts()['pages.render']).toEqual({ whole: before.whole + 1, failed: before.failed + 1, notFound: before.notFound + 1 })
})

test('nothing is left of an address that leads nowhere', async () => {
  const key = keyOf('/p/nothing')
  const cache = cacheOfRequest()
  // Next does both, one after the other.
  new SharedCacheControls({ routes: {}, dynamicRoutes: {} }).set(key, { revalidate: 300, expire: 3000 })
  await cache.set(key, rendered('not found', { status: 404 }), life)
  expect(await cacheOfRequest().get(key, asked)).toBeNull()
  expect(finishedPages().find('/p/nothing')).toBeNull()
  expect([...(SharedCacheControls as unknown as { cacheControls: Map<string, unknown> }).cacheControls.keys()]).not.toContain(key)
})

test('a page that was there and is not found by now stays away, until it is there again', async () => {
  const key = keyOf('/p/withdrawn')
  await cacheOfRequest().set(key, rendered('there'), life)
  await cacheOfRequest().set(key, rendered('not found', { status: 404 }), life)
  expect(await cacheOfRequest().get(key, asked)).toBeNull()
  expect(finishedPages().find('/p/withdrawn')).toBeNull()
  await cacheOfRequest().set(key, rendered('there again'), life)
  expect((await cacheOfRequest().get(key, asked))?.value).toMatchObject({ html: expect.stringContaining('there again') })
})

test('the page for addresses that lead nowhere is kept when it is rendered anew, and stays a page that is not found', async () => {
  await cacheOfRequest().set('/_not-found', rendered('nothing here'), life)
  expect((await cacheOfRequest().get('/_not-found', asked))?.value).toMatchObject({ status: 404 })
})
