import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { tags } from '../cache/manifest.ts'
import { tellOfSales } from './tell-sales.ts'

const HOUR_MS = 3_600_000
let engine: TestEngine

beforeAll(async () => {
  engine = await startTestEngine()
  const sale = { text: '', position: 0, startsAt: new Date(10 * HOUR_MS), endsAt: new Date(20 * HOUR_MS) }
  await engine.db.sale.createMany({ data: ['one', 'other'].map((slug) => ({ ...sale, slug, title: slug })) })
})
afterAll(() => engine.stop())

test('pages are told once when sales begin and once when they end, at that very moment, and never between', async () => {
  const told: number[] = []
  for (let hour = 9; hour <= 21; hour += 0.5) {
    await engine.db.outboxMessage.deleteMany()
    const isTold = await tellOfSales(engine.db, (hour - 0.5) * HOUR_MS, hour * HOUR_MS)
    const messages = await engine.db.outboxMessage.findMany({ select: { topic: true, subject: true } })
    expect(messages).toEqual(isTold ? [{ topic: 'tag.changed', subject: tags.catalogue }] : [])
    if (isTold) told.push(hour)
  }
  expect(told).toEqual([10, 20])
})
