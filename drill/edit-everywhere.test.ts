import { setTimeout } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sku } from '#/domain/sku.ts'
import type { TestEdge } from '#/scripts/stack/test-edge.ts'
import { systemClock } from '#/server/clock.ts'
import { connectDatabase, type Db } from '#/server/db/client.ts'
import { EXIT } from '#/server/operator/answer.ts'
import { carryOutCatalog } from '#/server/operator/catalog-answer.ts'
import { readCatalogCommand } from '#/server/operator/read-catalog-command.ts'
import { skuKeys } from '#/server/redis/keys.ts'
import { type DrillStore, startDrillStore } from './drill-store.ts'
import { inWords, until } from './merchant.ts'
import { isSettled, startStoreEdge } from './store-edge.ts'

/** Prices that a merchant sets one after the other, watched from every place where somebody meets them. */
const [PAGE, UNIT] = ['/p/table-tripod', sku('TRIPOD')]
/** No two alike, and none that the page shows otherwise. */
const PRICES = Array.from({ length: 15 }, (_, n) => 901_01 + n * 101)
const NONE = -1
const LOOK_MS = 20

let store: DrillStore
let edge: TestEdge
let db: Db
let core: Redis

beforeAll(async () => {
  store = await startDrillStore({ replicas: 2 })
  edge = await startStoreEdge(store)
  db = connectDatabase(store.postgres.url, 2)
  core = new Redis(store.core.url)
})
afterAll(async () => {
  core.disconnect()
  await db.$disconnect()
  await store.stop()
})

/** What was seen, and whether whoever showed it may go on with it for longer than a moment. */
type Look = { readonly edit: number; readonly isForLong: boolean }

/** Somewhere that a price can be read, and in which order each was first seen there. */
type Place = {
  readonly name: string
  readonly look: () => Promise<Look>
  readonly seen: { readonly edit: number; readonly atMs: number }[]
}

const place = (name: string, look: () => Promise<Look>): Place => ({ name, look, seen: [] })
const last = ({ seen }: Place) => seen.at(-1)?.edit ?? NONE

/** The edit of which a text shows the price. */
function editIn(text: string): number {
  const shown = PRICES.flatMap((minor, n) => (text.includes(inWords(minor)) ? [n] : []))
  expect(shown.length, 'a page is of one moment').toBeLessThanOrEqual(1)
  return shown[0] ?? NONE
}

async function page(url: string, headers: Record<string, string> = {}): Promise<Look> {
  const answer = await fetch(url + PAGE, { headers, signal: AbortSignal.timeout(20_000) })
  expect(answer.status).toBe(200)
  return { edit: editIn(await answer.text()), isForLong: !/^s-maxage=1\b/.test(answer.headers.get('x-edge-cache-control') ?? '') }
}

async function watch({ name, look, seen }: Place, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    const { edit, isForLong } = await look()
    const before = seen.at(-1)?.edit ?? NONE
    // Where two web processes have both not heard of an edit in time, an edge may show the older page for a moment more.
    if (edit < before) expect(isForLong, `${name}: ${before} is there already, and ${edit} is shown for long`).toBe(false)
    else if (edit > before || seen.length === 0) seen.push({ edit, atMs: performance.now() })
    await setTimeout(LOOK_MS)
  }
}

test('each of fifteen prices reaches core, every web process and the edge, in their order, and none of before comes back', async () => {
  const places = [
    place('core', async () => ({ edit: PRICES.indexOf(Number(await core.hget(skuKeys(UNIT).offer, 'price'))), isForLong: true })),
    ...store.replicas.map(({ url }, n) => place(`replica ${n + 1}`, () => page(url))),
    place('edge', () => page(edge.url)),
    place('edge, the tree', () => page(edge.url, { rsc: '1' })),
  ]
  const over = new AbortController()
  const watching = Promise.all(places.map((each) => watch(each, over.signal)))
  const see = (what: string, isSo: () => Promise<boolean>) => Promise.race([watching, until(what, isSo)])
  const committed: number[] = []
  try {
    await see('all places are watched, and the edge has purged what a start purges', async () => {
      return places.every(({ seen }) => seen.length > 0) && (await isSettled(edge, store))
    })
    for (const [n, minor] of PRICES.entries()) {
      // Each at another moment of the rounds that everybody makes.
      await setTimeout((n * 97) % 500)
      const asked = readCatalogCommand(['set-price', UNIT, (minor / 100).toFixed(2), '--yes'])
      if (!asked.ok) throw new Error(asked.why)
      expect(await carryOutCatalog({ db, clock: systemClock }, asked.value)).toMatchObject({ code: EXIT.fine, data: { done: true } })
      committed.push(performance.now())
      await see(`price ${n} is everywhere`, async () => places.every((each) => last(each) >= n))
    }
    await see('the edge has purged for the last time', () => isSettled(edge, store))
  } finally {
    over.abort()
  }
  await watching
  for (const { name, seen } of places) expect([name, ...seen.map(({ edit }) => edit)]).toEqual([name, NONE, ...PRICES.keys()])
  report(places, committed)
})

/** Milliseconds from the answer of the command to where it was seen. */
function report(places: readonly Place[], committed: readonly number[]): void {
  const took = places.map(({ name, seen }) => ({
    name,
    ms: committed.map((at, n) => Math.max(0, (seen.find(({ edit }) => edit === n)?.atMs ?? Number.NaN) - at)),
  }))
  took.push({ name: 'everywhere', ms: committed.map((_, n) => Math.max(...took.map(({ ms }) => ms[n] ?? Number.NaN))) })
  for (const { name, ms } of took) {
    const sorted = ms.map(Math.round).sort((a, b) => a - b)
    process.stdout.write(`an edit: ${name.padEnd(14)}  median ${sorted[sorted.length >> 1]} ms, worst ${sorted.at(-1)} ms\n`)
  }
}
