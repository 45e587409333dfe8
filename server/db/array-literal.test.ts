import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { arrayLiteral } from './array-literal.ts'

let engine: TestEngine

beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine.stop())

/** Anything that a text column takes: no NUL, no half of a character. */
const text = fc.string({ unit: 'binary' }).filter((one) => one.isWellFormed() && !one.includes('\0'))

test('Postgres reads every text, and what is missing, back as it was', async () => {
  const awkward = ['', 'NULL', '{}', '"', '\\', 'a,b', ' ', '\n', '\\"', null, "it's", '{"a"}']
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(text, fc.constantFrom(...awkward)), { maxLength: 30 }), async (values) => {
      const [row] = await engine.db.$queryRaw<{ back: (string | null)[] }[]>`SELECT ${arrayLiteral(values)}::text[] AS back`
      expect(row?.back).toEqual(values)
    }),
    { numRuns: 60 },
  )
})

test('Postgres reads numbers, ids and times back as they were', async () => {
  const id = '0f8fad5b-d9cb-469f-a165-70867728950e'
  const at = '2026-11-25T12:00:00.123Z'
  const [row] = await engine.db.$queryRaw<{ counts: (number | null)[]; ids: string[]; times: Date[] }[]>`
    SELECT ${arrayLiteral([1, -2, null, 2 ** 31 - 1])}::int[] AS counts, ${arrayLiteral([id])}::uuid[]::text[] AS ids,
      ${arrayLiteral([at])}::timestamptz[] AS times`
  expect(row).toEqual({ counts: [1, -2, null, 2 ** 31 - 1], ids: [id], times: [new Date(at)] })
})
