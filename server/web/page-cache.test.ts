import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { SharedCacheControls } from 'next/dist/server/lib/incremental-cache/shared-cache-controls.external.js'
import { nodeFs } from 'next/dist/server/lib/node-fs-methods.js'
import { getRouteCacheKey } from 'next/dist/server/lib/route-cache-key.js'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { asOfTag } from '../cache/as-of.ts'
import { counts } from '../cache/counts.ts'
import { TagClock } from '../cache/tag-clock.ts'
import { freshnessOf } from './judge-kept.ts'
import { type KeptPage, keptPages } from './kept-pages.ts'
import PageCache from './page-cache.mjs'
import { hashOf } from './policy.ts'
import { setProcessPages } from './process-pages.ts'
import { setTagClock, tagClock } from './tag-clock.ts'

const buildFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'page-cache-'))
const folder = path.join(buildFolder, 'server')
fs.mkdirSync(folder)
fs.mkdirSync(path.join(buildFolder, 'static/chunks'), { recursive: true })
fs.writeFileSync(path.join(buildFolder, 'static/chunks/1.css'), '.of-another-page{}')
afterAll(() => fs.rmSync(buildFolder, { recursive: true }))

const asked = { kind: 'APP_PAGE', isFallback: false, isRoutePPREnabled: true } as never
const life = { kind: 'APP_PAGE', isRoutePPREnabled: true, isFallback: false, cacheControl: { revalidate: 3600, expire: 36_000 } } as never
const EPOCH = 'e1'

beforeEach(() => {
  const clock = new TagClock()
  clock.apply({ epoch: EPOCH, since: 0, head: 7, changed: new Map() }, performance.now())
  setTagClock(clock)
  setRefresher()
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
  const bytes = keptPages().findPage('/p/a')?.bodies.identity.bytes.toString()
  expect(bytes).not.toContain('<script src')
  const entry = await cacheOfRequest().get(keyOf('/p/a'), asked)
  expect(entry?.value).toMatchObject({ html: bytes, headers: { 'content-security-policy': expect.stringContaining("script-src 'self'") } })
})

test('the policy of a page lets in every sheet of the build, which a soft step from it may need', async () => {
  await cacheOfRequest().set(keyOf('/p/styled'), rendered('styled'), life)
  const policy = keptPages().findPage('/p/styled')?.headers['content-security-policy']
  expect(policy).toContain(`style-src 'self' ${hashOf('.of-another-page{}')}`)
})

/** As the framework judges an entry: by its age alone. */
async function isOld(key: string): Promise<boolean> {
  const { lastModified = 0, cacheControl } = (await cacheOfRequest().get(key, asked)) ?? {}
  return Date.now() - lastModified > Number(cacheControl?.revalidate) * 1000
}

const freshnessAt = (page: string) => freshnessOf(keptPages().findPage(page) as KeptPage, Date.now())

/** Stands for the refresher of a web process: what it is asked for is due, until it is done. */
function setRefresher() {
  const due = new Set<string>()
  const refresher = {
    ask: (page: string) => due.add(page),
    isDue: (page: string) => due.has(page),
    done: (page: string) => due.delete(page),
  }
  const shared = { find: async () => null, put: async () => {}, lock: async () => 'away', unlock: async () => {} }
  setProcessPages({ refresher: refresher as never, shared: shared as never })
  return due
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
  expect(freshnessAt('/p/edited')).toBe('stale')
  await cacheOfRequest().set(key, rendered('new', { tags: `product:EDITED,${asOfTag(tagClock().now)}` }), life)
  expect(freshnessAt('/p/edited')).toBe('fresh')
  tell({ 'product:OTHER': asOf.sequence + 2 })
  expect(freshnessAt('/p/edited')).toBe('fresh')
})

test('the framework renders a page that is there only when it is due, and nobody else who meets it old has it rendered', async () => {
  const due = setRefresher()
  const key = keyOf('/p/due')
  const set = () => cacheOfRequest().set(key, rendered('kept', { tags: `product:DUE,${asOfTag(tagClock().now)}` }), life)
  await set()
  expect([await isOld(key), due.size]).toEqual([false, 0])
  tell({ 'product:DUE': 100 })
  expect([await isOld(key), [...due]]).toEqual([false, ['/p/due']])
  const old = await cacheOfRequest().get(key, asked)
  expect(await isOld(key)).toBe(true)
  await cacheOfRequest().set(key, old?.value as never, life)
  expect([freshnessAt('/p/due'), due.size], 'a rendering that failed is over, and the page stays').toEqual(['stale', 0])
  await set()
  expect([freshnessAt('/p/due'), await isOld(key), due.size]).toEqual(['fresh', false, 0])
})

test('what the framework sends of an old page no edge may keep', async () => {
  const key = keyOf('/p/parts')
  await cacheOfRequest().set(key, rendered('kept', { tags: `product:PARTS,${asOfTag(tagClock().now)}` }), life)
  expect((await cacheOfRequest().get(key, asked))?.cacheControl?.revalidate).toBeGreaterThan(3000)
  tell({ 'product:PARTS': 100 })
  expect((await cacheOfRequest().get(key, asked))?.cacheControl).toEqual({ revalidate: 1, expire: 1 })
})

/** As a build leaves a page. Returns the key that the framework asks for it by. */
function build(page: string, text: string): string {
  const owner = { kind: 'APP_PAGE' as never, sourceRoute: '/p/[slug]/page' }
  const key = getRouteCacheKey(page, owner)
  const file = path.join(folder, 'app', page)
  const headers = { 'x-next-cache-tags': `catalogue,${asOfTag(tagClock().now)}` }
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(`${file}.html`, `<!DOCTYPE html><html><head></head><body>${text}</body></html>`)
  fs.writeFileSync(`${file}.rsc`, 'tree')
  fs.writeFileSync(`${file}.meta`, JSON.stringify({ headers, routeCache: { key, owner, isFallback: false } }))
  return key
}

test('a page of the build is read once, and nothing is ever written to disk', async () => {
  const key = build('/p/built', 'built')
  const files = () => fs.readdirSync(folder, { recursive: true }).sort()
  const before = files()
  expect((await cacheOfRequest().get(key, asked))?.value).toMatchObject({
    html: expect.stringContaining('built'),
    rscData: Buffer.from('tree'),
  })
  build('/p/built', 'by somebody else')
  expect((await cacheOfRequest().get(key, asked))?.value).toMatchObject({ html: expect.not.stringContaining('else') })
  await cacheOfRequest().set(key, rendered('rendered'), life)
  await cacheOfRequest().set(keyOf('/p/new'), rendered('new'), life)
  expect(files()).toEqual(before)
  // Nor is there a second memory behind the first.
  keptPages().drop('/p/new')
  expect(await cacheOfRequest().get(keyOf('/p/new'), asked)).toBeNull()
})

test('a build whose files all bear one date is sent, as old, and rendered anew when it is asked for', async () => {
  const due = setRefresher()
  const key = build('/p/reproducible', 'built')
  for (const end of ['html', 'rsc', 'meta']) fs.utimesSync(path.join(folder, `app/p/reproducible.${end}`), 0, 0)
  expect((await cacheOfRequest().get(key, asked))?.value).toMatchObject({ html: expect.stringContaining('built') })
  expect([freshnessAt('/p/reproducible'), [...due]]).toEqual(['stale', ['/p/reproducible']])
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
  const page = keptPages().findPage('/p/tagged')
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
  expect(keptPages().findPage('/p/nothing')).toBeNull()
  expect([...(SharedCacheControls as unknown as { cacheControls: Map<string, unknown> }).cacheControls.keys()]).not.toContain(key)
})

test('a page that was there and is not found by now stays away, until it is there again', async () => {
  const key = keyOf('/p/withdrawn')
  await cacheOfRequest().set(key, rendered('there'), life)
  await cacheOfRequest().set(key, rendered('not found', { status: 404 }), life)
  expect(await cacheOfRequest().get(key, asked)).toBeNull()
  expect(keptPages().findPage('/p/withdrawn')).toBeNull()
  await cacheOfRequest().set(key, rendered('there again'), life)
  expect((await cacheOfRequest().get(key, asked))?.value).toMatchObject({ html: expect.stringContaining('there again') })
})

test('the page for addresses that lead nowhere is kept when it is rendered anew, and stays a page that is not found', async () => {
  await cacheOfRequest().set('/_not-found', rendered('nothing here'), life)
  expect((await cacheOfRequest().get('/_not-found', asked))?.value).toMatchObject({ status: 404 })
})
