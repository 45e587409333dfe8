import { readdirSync, readFileSync, statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sku } from '#/domain/sku.ts'
import { type DrillStore, startDrillStore } from './drill-store.ts'
import { Guest } from './guest.ts'
import { until } from './merchant.ts'
import { Shopper } from './shopper.ts'

const CROWD = 40
const EASY = { card: 'pm_card_visa', onDecline: 'leave', atBank: 'confirm', deliveryMethod: 'standard' } as const
/** Node, the library, and one photograph of the most pixels that are taken: MAX_PIXELS in server/media/decoder.ts. */
const ENCODER_MB = 600
/** The worker has the lowest priority: on a machine that is busy it gets hardly any time at all. */
const ENCODED_WITHIN_MS = 240_000

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
  await until('the first photograph is encoded', async () => (await picture(avif)).type === 'image/avif', ENCODED_WITHIN_MS)
  expect(await picture(avif)).toMatchObject({ format: 'heif', width: 352, cacheControl: 'public, max-age=31536000, immutable' })
  await until('its WebP, too', async () => (await picture(webp)).type === 'image/webp', ENCODED_WITHIN_MS)
  expect(await picture(webp)).toMatchObject({ format: 'webp', width: 352, cacheControl: 'public, max-age=31536000, immutable' })
  if (jpg) await until('and its JPEG', async () => (await picture(jpg)).cacheControl.includes('immutable'), ENCODED_WITHIN_MS)

  // A worker that is killed in the middle leaves no half of a picture behind, and the next one makes nothing twice.
  await store.media.kill('SIGKILL')
  const kept = files()
  expect(kept.size).toBeGreaterThan(0)
  for (const [name, file] of kept) if (!name.endsWith('.part')) expect(file.bytes).toBeGreaterThan(0)
  await store.media.start()
  await until('it goes on', async () => files().size > kept.size, ENCODED_WITHIN_MS)
  const later = files()
  for (const [name, { changedAt }] of kept) if (!name.endsWith('.part')) expect(later.get(name)?.changedAt).toBe(changedAt)
}, 1_000_000)

test('whoever encodes gives way to whoever sells: last in line with every thread, bounded in memory, and all of a crowd that buys meanwhile are served', async () => {
  const unit = sku('SKIPROPE')
  await store.merchant.offer(unit, CROWD)
  const guests = Array.from({ length: CROWD }, () => new Guest(store.url, EASY))
  const checkouts = await Promise.all(guests.map((guest) => guest.prepare('sausage-skipping-rope')))
  const encodedBefore = files().size
  const outcomes = await Promise.all(guests.map((guest, n) => guest.order(checkouts[n] as (typeof checkouts)[number], () => false)))
  expect(outcomes.map(({ end }) => end)).toEqual(guests.map(() => 'confirmed'))
  expect(await store.violationsAtRest()).toEqual([])
  await until('photographs were encoded meanwhile, or are', async () => files().size > encodedBefore, ENCODED_WITHIN_MS)
  const encoder = store.media.pid()
  if (process.platform !== 'linux' || encoder === null) return
  expect(new Set(threadPriorities(encoder))).toEqual(new Set([os.constants.priority.PRIORITY_LOW]))
  expect(peakMemoryMb(encoder)).toBeLessThanOrEqual(ENCODER_MB)
}, 600_000)

/** The nice value of every thread that a process has. Source: proc_pid_stat(5), field 19; names may hold spaces, so fields are counted behind them. */
function threadPriorities(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])
  })
}

/** The most memory that a process ever held. */
function peakMemoryMb(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

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
