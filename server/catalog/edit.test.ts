import { afterAll, beforeAll, expect, test } from 'vitest'
import { sku } from '#/domain/sku.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { importCatalogue } from '#/prisma/seed/import-catalogue.ts'
import { readTags } from '../cache/read-tags.ts'
import { edit } from './edit.ts'
import { setPrice, setSaleWindow } from './edit-catalog.ts'
import { publishProduct, withdrawProduct } from './publish.ts'

const NOW = Date.UTC(2027, 0)
let engine: TestEngine

beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine.stop())

const headNow = async () => (await readTags(engine.db, 0)).head

test('an edit tells what it touched under one number, once, and one that touches nothing takes none', async () => {
  const since = await headNow()
  await edit(engine.db, async (_tx, touched) => {
    touched.tags('a', 'b')
    touched.tags('b')
    touched.offers('NOBODY', 'NOBODY')
  })
  const { head, changed } = await readTags(engine.db, since)
  expect([head, Object.fromEntries(changed)]).toEqual([since + 1, { a: since + 1, b: since + 1 }])
  expect(await engine.db.outboxMessage.count({ where: { subject: 'NOBODY' } })).toBe(1)
  expect(await edit(engine.db, async () => 'nothing')).toBe('nothing')
  expect(await headNow()).toBe(since + 1)
})

test('an edit that fails tells nothing', async () => {
  const since = await headNow()
  const failing = edit(engine.db, async (_tx, touched) => {
    touched.tags('a')
    touched.offers('FAILED')
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect([await headNow(), await engine.db.outboxMessage.count({ where: { subject: 'FAILED' } })]).toEqual([since, 0])
})

test('forty editors of the SKUs of one product at once never lock each other out, and each edit has a number of its own', async () => {
  const units = ['CHAIR-A', 'CHAIR-B', 'CHAIR-C', 'CHAIR-D'].map(sku)
  const variant = { price: 20_00, was: null, stock: 5, grams: 900, limit: 3 }
  const texts = { slug: 'chair', name: 'Chair', summary: 'A chair.', text: ['A chair.'], details: {} }
  const options = [{ name: 'Wood', values: units.map(String) }]
  const variants = units.map((unit) => ({ sku: unit, choices: { Wood: unit }, ...variant }))
  const chair = { code: 'CHAIR', ...texts, photos: [], featured: false, options, variants }
  await importCatalogue(engine.db, [{ slug: 'chairs', name: 'Chairs', description: '', products: [chair] }], new Map())
  const editors = engine.connectDb(engine.stack.postgres.url, 40)
  const since = await headNow()
  const withdrawAndSell = async () => {
    for (const unit of units) await setSaleWindow(editors, unit, { startsAtMs: NOW, endsAtMs: null }, NOW)
    await publishProduct(editors, 'CHAIR', NOW)
    await withdrawProduct(editors, 'CHAIR', NOW)
  }
  const price = async (n: number) => {
    for (const unit of n % 2 ? units : [...units].reverse()) await setPrice(editors, unit, 10_00 + n, NOW)
  }
  const edits = Array.from({ length: 40 }, (_, n) => (n % 5 === 0 ? withdrawAndSell() : price(n)))
  const refused = (await Promise.allSettled(edits)).filter((outcome) => outcome.status === 'rejected')
  expect(refused).toEqual([])
  expect((await headNow()) - since).toBeGreaterThanOrEqual(32 * units.length)
})
