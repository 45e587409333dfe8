import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DrillStore, startDrillStore } from './drill-store.ts'
import { until } from './merchant.ts'
import { Shopper } from './shopper.ts'

let store: DrillStore

beforeAll(async () => {
  store = await startDrillStore()
})
afterAll(() => store.stop())

test('until a variant exists its address answers with a JPEG for a short while; the media worker makes it, for good, and only once', async () => {
  const home = await new Shopper(store.url).visit('/')
  const address = (type: string) => new RegExp(`/media/[0-9a-f]{16}/352\\.${type}`).exec(home.html)?.[0] ?? ''
  const [avif, webp, jpg] = [address('avif'), address('webp'), address('jpg').replace('352', '544')]

  for (const url of [avif, webp]) {
    const before = await picture(url)
    expect(before).toMatchObject({ status: 200, type: 'image/jpeg', format: 'jpeg' })
    expect(before.cacheControl).not.toContain('immutable')
    expect(Number(/max-age=(\d+)/.exec(before.cacheControl)?.[1])).toBeLessThanOrEqual(60)
  }

  await store.media.start()
  await until('the first photograph is encoded', async () => (await picture(avif)).type === 'image/avif')
  expect(await picture(avif)).toMatchObject({ format: 'heif', width: 352, cacheControl: 'public, max-age=31536000, immutable' })
  await until('its WebP, too', async () => (await picture(webp)).type === 'image/webp')
  expect(await picture(webp)).toMatchObject({ format: 'webp', width: 352, cacheControl: 'public, max-age=31536000, immutable' })
  if (jpg) await until('and its JPEG', async () => (await picture(jpg)).cacheControl.includes('immutable'))

  // A worker that is killed in the middle leaves no half of a picture behind, and the next one makes nothing twice.
  await store.media.kill('SIGKILL')
  const kept = files()
  expect(kept.size).toBeGreaterThan(0)
  for (const [name, file] of kept) if (!name.endsWith('.part')) expect(file.bytes).toBeGreaterThan(0)
  await store.media.start()
  await until('it goes on', async () => files().size > kept.size)
  const later = files()
  for (const [name, { changedAt }] of kept) if (!name.endsWith('.part')) expect(later.get(name)?.changedAt).toBe(changedAt)
})

async function picture(url: string) {
  const response = await fetch(new URL(url, store.url), { signal: AbortSignal.timeout(10_000) })
  const bytes = Buffer.from(await response.arrayBuffer())
  const { format, width } = await sharp(bytes).metadata()
  const { headers, status } = response
  return { status, type: headers.get('content-type'), cacheControl: headers.get('cache-control') ?? '', format, width }
}

function files(): Map<string, { bytes: number; changedAt: number }> {
  const folder = store.env.MEDIA_DIR ?? ''
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(avif|webp|jpg|part)$/.test(name))
  return new Map(
    names.flatMap((name) => {
      const stat = statSync(path.join(folder, name), { throwIfNoEntry: false })
      return stat ? [[name, { bytes: stat.size, changedAt: stat.mtimeMs }] as const] : []
    }),
  )
}
