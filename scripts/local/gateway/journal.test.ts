import { appendFile, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Books } from './books.ts'
import { confirmIntent } from './confirm-intent.ts'
import { createTestToken } from './confirmation-tokens.ts'
import { Journal } from './journal.ts'
import { createIntent } from './payment-intents.ts'
import { createRefund } from './refunds.ts'
import { WebhookFaults } from './webhook-faults.ts'

const DAY_MS = 24 * 3600 * 1000

let folder: string
let file: string
let known: Map<string, number>

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'journal-'))
  file = path.join(folder, 'journal')
  known = new Map()
})

afterEach(() => rm(folder, { recursive: true }))

type Entry = { name: string; value: number }

const open = (spareLines?: number) => {
  known = new Map()
  const keeper = {
    remember: ({ name, value }: Entry) => void known.set(name, value),
    snapshot: () => [...known].map(([name, value]) => ({ name, value })),
  }
  return Journal.open<Entry>(file, keeper, spareLines)
}

test('an entry is remembered once it is on disk, not before', async () => {
  const journal = await open()
  const written = journal.append({ name: 'a', value: 1 })
  expect(known.has('a')).toBe(false)
  await written
  expect(known.get('a')).toBe(1)
  expect(await readFile(file, 'utf8')).toBe('{"name":"a","value":1}\n')
  await journal.close()
  await expect(journal.append({ name: 'b', value: 2 })).rejects.toThrow()
  expect(known.has('b')).toBe(false)
})

test('a line that a crash tore at the end is dropped, and the next one is whole', async () => {
  const first = await open()
  await first.append({ name: 'a', value: 1 })
  await first.close()
  await appendFile(file, '{"name":"b","val')
  const second = await open()
  expect([...known]).toEqual([['a', 1]])
  await second.append({ name: 'c', value: 3 })
  await second.close()
  await (await open()).close()
  expect([...known.keys()]).toEqual(['a', 'c'])
})

test('a line that is torn mid-file costs no other, and the file as it was is kept', async () => {
  const complaint = vi.spyOn(console, 'error').mockImplementation(() => {})
  await appendFile(file, '{"name":"a","value":1}\n{"name":"b","va{"name":"c","value":3}\n{"name":"d","value":4}\n')
  await (await open()).close()
  expect([...known.keys()]).toEqual(['a', 'd'])
  expect(complaint).toHaveBeenCalledOnce()
  expect((await readdir(folder)).filter((name) => name.includes('torn'))).toHaveLength(1)
  await (await open()).close()
  expect([...known.keys()]).toEqual(['a', 'd'])
  expect((await readdir(folder)).filter((name) => name.includes('torn'))).toHaveLength(1)
  complaint.mockRestore()
})

test('the file stays as large as what is still to be known, and loses none of it', async () => {
  const journal = await open(100)
  const names = Array.from({ length: 20 }, (_, n) => `name-${n}`)
  for (let value = 0; value < 200; value += 1) await Promise.all(names.map((name) => journal.append({ name, value })))
  expect((await readFile(file, 'utf8')).split('\n').length).toBeLessThan(300)
  await journal.close()
  await (await open()).close()
  expect([...known]).toEqual(names.map((name) => [name, 199]))
})

test('answers that are a day old leave the journal too', async () => {
  let now = Date.parse('2026-01-01T00:00:00Z')
  const books = await Books.open(file, () => now, { spareLines: 50 })
  const intent = createIntent({ amount: 1000, currency: 'eur' }, now).intents?.[0]
  if (!intent) throw new Error('no intent')
  const body = 'x'.repeat(1000)
  for (let n = 0; n < 200; n += 1) {
    await books.write({ intents: [intent], answer: { key: `key-${n}`, request: '', status: 200, body, at: now } })
    now += DAY_MS / 10
  }
  expect((await stat(file)).size).toBeLessThan(100 * 2000)
  await books.close()
  const again = await Books.open(file, () => now)
  expect(again.answer('key-189')).toBeUndefined()
  expect(again.answer('key-199')).toMatchObject({ body })
  expect(again.intent(intent.id)).toEqual(intent)
  await again.close()
})

test('books that were written anew know all that they knew', async () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  const faults = new WebhookFaults()
  const books = await Books.open(file, () => now, { plan: (event) => faults.plan(event, now) })
  const bank = 'http://bank.test'
  for (const card of ['pm_card_visa', 'pm_card_authenticationRequired', 'pm_local_processing', 'pm_card_pendingRefund']) {
    const created = createIntent({ amount: 1000, currency: 'eur' }, now)
    await books.write({ intents: created.intents ?? [] })
    const [{ id = '' } = {}] = created.intents ?? []
    const { answer: _answer, ...confirmed } = confirmIntent(books, id, { payment_method: card, return_url: bank }, now, bank)
    await books.write({ ...confirmed, answer: { key: card, request: '', status: 200, body: {}, at: now } })
    if (card !== 'pm_card_pendingRefund') continue
    const { answer: _refund, ...refunded } = createRefund(books, { payment_intent: id }, now)
    await books.write(refunded)
  }
  const { answer: _token, ...token } = createTestToken({ payment_method: 'pm_card_visa' }, now)
  await books.write(token)
  const knownTo = (known: Books) => ({
    intents: known.intents(),
    charges: known.charges(),
    refunds: known.refunds(),
    events: known.events(),
    deliveries: [...known.deliveries()],
    unsettled: known.unsettledRefunds(),
    processing: known.processingIntents(),
    steps: known.intents().map(({ id }) => known.step(id)),
    tokens: (token.tokens ?? []).map(({ id }) => known.token(id)),
    answers: ['pm_card_visa', 'pm_local_processing'].map((key) => known.answer(key)),
  })
  const before = knownTo(books)
  expect(before).toMatchObject({ unsettled: [{}], processing: [{}], answers: [{}, {}] })
  expect(before.deliveries.length).toBeGreaterThan(2)
  await books.close()
  const sizeBefore = (await readFile(file, 'utf8')).split('\n').length
  await (await Books.open(file, () => now, { spareLines: 1 })).close()
  expect((await readFile(file, 'utf8')).split('\n').length).not.toBe(sizeBefore)
  const again = await Books.open(file, () => now)
  expect(knownTo(again)).toEqual(before)
  await again.close()
})
