import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { tagsToldIn } from '#/drill/engine/told-tags.ts'
import { tags } from '../cache/manifest.ts'
import { tellOfSales } from './tell-sales.ts'

const HOUR_MS = 3_600_000
let engine: TestEngine
let told: () => Promise<string[]>

beforeAll(async () => {
  engine = await startTestEngine()
  told = tagsToldIn(engine.db)
  const sale = { text: '', position: 0, startsAt: new Date(10 * HOUR_MS), endsAt: new Date(20 * HOUR_MS) }
  await engine.db.sale.createMany({ data: ['one', 'other'].map((slug) => ({ ...sale, slug, title: slug })) })
  await engine.db.tagFeed.updateMany({ data: { salesToldAt: new Date(0) } })
})
afterAll(() => engine.stop())

test('pages are told once when sales begin and once when they end, at that very moment, and never between', async () => {
  const toldAt: number[] = []
  for (let hour = 9; hour <= 21; hour += 0.5) {
    const isTold = await tellOfSales(engine.db, hour * HOUR_MS)
    expect(await told()).toEqual(isTold ? [tags.catalogue] : [])
    if (isTold) toldAt.push(hour)
  }
  expect(toldAt).toEqual([10, 20])
})

test('of five tellers that ask at one moment one tells, with one number, also of what began while none of them ran', async () => {
  await engine.db.tagFeed.updateMany({ data: { salesToldAt: new Date(HOUR_MS) } })
  const before = await engine.db.tagFeed.findFirstOrThrow()
  const answers = await Promise.all([1, 2, 3, 4, 5].map((teller) => tellOfSales(engine.db, 15 * HOUR_MS + teller)))
  expect(answers.filter(Boolean)).toHaveLength(1)
  expect((await engine.db.tagFeed.findFirstOrThrow()).last).toBe(before.last + 1n)
})
