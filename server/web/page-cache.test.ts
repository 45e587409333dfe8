import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { SharedCacheControls } from 'next/dist/server/lib/incremental-cache/shared-cache-controls.external.js'
import tagsManifest from 'next/dist/server/lib/incremental-cache/tags-manifest.external.js'
import { nodeFs } from 'next/dist/server/lib/node-fs-methods.js'
import { afterAll, expect, test, vi } from 'vitest'
import { finishedPages } from './finished-pages.ts'
import PageCache from './page-cache.mjs'
import { hashOf } from './policy.ts'

const build = fs.mkdtempSync(path.join(os.tmpdir(), 'page-cache-'))
const folder = path.join(build, 'server')
fs.mkdirSync(path.join(build, 'static/chunks'), { recursive: true })
fs.writeFileSync(path.join(build, 'static/chunks/1.css'), '.of-another-page{}')
afterAll(() => fs.rmSync(build, { recursive: true }))

const asked = { kind: 'APP_PAGE', isFallback: false, isRoutePPREnabled: true } as never
const life = { isRoutePPREnabled: true, isFallback: false, cacheControl: { revalidate: 300, expire: 3000 } } as never
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

test('a page is no newer than the request that had it rendered: what was edited meanwhile makes it stale', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    const request = cacheOfRequest()
    vi.advanceTimersByTime(50)
    tagsManifest.tagsManifest.set('product:EDITED', { stale: Date.now() })
    vi.advanceTimersByTime(50)
    await request.set(keyOf('/p/edited'), rendered('old', { tags: 'product:EDITED' }), life)
    const { lastModified = 0 } = (await cacheOfRequest().get(keyOf('/p/edited'), asked)) ?? {}
    expect(tagsManifest.areTagsStale(['product:EDITED'], lastModified)).toBe(true)
    expect(finishedPages().find('/p/edited')?.renderedAtMs).toBe(lastModified)
  } finally {
    vi.useRealTimers()
  }
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
