import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '#/drill/engine/eventually.ts'
import { holdTransaction } from '#/drill/engine/held-transaction.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { beginEpoch, readTags } from './read-tags.ts'
import { tellTags } from './tell-tags.ts'

let engine: TestEngine

beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine.stop())

const headNow = async () => (await readTags(engine.db, 0)).head
const readFrom = async (since: number) => {
  const { head, changed } = await readTags(engine.db, since)
  return { head: head - since, changed: Object.fromEntries([...changed].map(([tag, sequence]) => [tag, sequence - since])) }
}

async function waiting(): Promise<number> {
  const [row] = await engine.db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
  return row?.count ?? 0
}

test('what is told is read from any earlier number on, each tag once with its last number', async () => {
  const since = await headNow()
  const tell = (...told: string[]) => engine.db.$transaction((tx) => tellTags(tx, told))
  expect(await tell('a', 'b')).toBe(since + 1)
  expect(await tell('b', 'c')).toBe(since + 2)
  expect(await readFrom(since)).toEqual({ head: 2, changed: { a: 1, b: 2, c: 2 } })
  expect(await readFrom(since + 1)).toEqual({ head: 1, changed: { b: 1, c: 1 } })
  expect(await readFrom(since + 2)).toEqual({ head: 0, changed: {} })
})

test('one that commits late is never skipped: nobody gets, or shows, a later number before it is there', async () => {
  const since = await headNow()
  const late = await holdTransaction(engine.db, (tx) => tellTags(tx, ['late']))
  const next = engine.connectDb().$transaction((tx) => tellTags(tx, ['next']), { timeout: 60_000 })
  await eventually('the next one waits for it', async () => (await waiting()) === 1)
  expect(await readFrom(since)).toEqual({ head: 0, changed: {} })
  await Promise.all([late.commit(), next])
  expect(await readFrom(since)).toEqual({ head: 2, changed: { late: 1, next: 2 } })
})

test('a rollback leaves no number and no gap', async () => {
  const since = await headNow()
  const undone = engine.db.$transaction(async (tx) => {
    await tellTags(tx, ['undone'])
    throw new Error('thought better of it')
  })
  await expect(undone).rejects.toThrow('thought better of it')
  expect(await readFrom(since)).toEqual({ head: 0, changed: {} })
  expect(await engine.db.$transaction((tx) => tellTags(tx, ['done']))).toBe(since + 1)
})

test('forty that tell of the same tags at once, in any order, each get a number of their own', async () => {
  const since = await headNow()
  const many = engine.connectDb(engine.stack.postgres.url, 40)
  const told = Array.from({ length: 40 }, (_, n) => (n % 2 ? ['x', 'y', 'z'] : ['z', 'y', 'x']))
  const numbers = await Promise.all(told.map((tags) => many.$transaction((tx) => tellTags(tx, tags), { maxWait: 20_000, timeout: 20_000 })))
  expect(numbers.map((number) => number - since).sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1))
})

test('of many who begin another epoch in the place of one, one does', async () => {
  const { epoch } = await readTags(engine.db, 0)
  await beginEpoch(engine.db, epoch)
  const { epoch: next } = await readTags(engine.db, 0)
  expect(next).not.toBe(epoch)
  await beginEpoch(engine.db, epoch)
  expect((await readTags(engine.db, 0)).epoch).toBe(next)
})
