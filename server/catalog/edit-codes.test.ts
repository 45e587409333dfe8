import { afterAll, beforeAll, expect, test } from 'vitest'
import { fail, ok } from '#/domain/result.ts'
import { sku } from '#/domain/sku.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { type CodeDraft, endCode, putCode } from './edit-codes.ts'

let engine: TestEngine
const NOW = Date.UTC(2027, 0)

beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine.stop())

const draft = (own: Partial<CodeDraft> = {}): CodeDraft => ({
  code: 'SPRING',
  kind: 'percentage',
  value: 1000,
  minimumMinor: 0,
  maxUses: null,
  maxUsesPerCustomer: null,
  startsAtMs: null,
  endsAtMs: null,
  skus: null,
  ...own,
})

/** The newest version in Postgres and in core, once core has been told. */
async function codesOf(code: string) {
  await engine.rest()
  const [current] = await engine.book.currentDiscounts([code])
  const inCore = await engine.counters.discount(code)
  return { current: current ?? null, inCore: inCore.ok && inCore.value }
}

test('a code and its next version reach core as they were written, and orders can name the older one for ever', async () => {
  const unit = await engine.sell()
  const limited = draft({ code: ' first-5 ', kind: 'amount', value: 5_00, minimumMinor: 20_00, maxUses: 100, maxUsesPerCustomer: 1 })
  expect(await putCode(engine.db, { ...limited, skus: [unit, unit], startsAtMs: NOW, endsAtMs: NOW + 1000 }, NOW)).toEqual(ok(1))
  const first = { ...limited, code: 'FIRST-5', version: 1, skus: [unit], startsAtMs: NOW, endsAtMs: NOW + 1000 }
  expect(await codesOf('FIRST-5')).toEqual({ current: first, inCore: first })

  expect(await putCode(engine.db, draft({ code: 'FIRST-5' }), NOW)).toEqual(ok(2))
  const { current, inCore } = await codesOf('FIRST-5')
  expect(current).toMatchObject({ version: 2, kind: 'percentage', skus: null, startsAtMs: 0 })
  expect(inCore).toEqual(current)
  expect(await engine.book.discountVersions([{ code: 'FIRST-5', version: 1 }])).toEqual(new Map([['FIRST-5@1', first]]))
})

test('a code that was ended is over at once, also one that has not begun, and ending it again changes nothing', async () => {
  await putCode(engine.db, draft({ code: 'LATER', startsAtMs: NOW + 1000, endsAtMs: NOW + 2000 }), NOW)
  expect(await endCode(engine.db, 'LATER', NOW)).toEqual(ok(2))
  const { current, inCore } = await codesOf('LATER')
  expect(current).toMatchObject({ version: 2, value: 1000, startsAtMs: 0, endsAtMs: NOW })
  expect(inCore).toEqual(current)
  expect(await endCode(engine.db, 'LATER', NOW + 5000)).toEqual(ok(2))
  expect(await endCode(engine.db, 'NEVER-WAS', NOW)).toEqual(fail('UNKNOWN_CODE'))
})

test.each([
  [{ code: 'no' }, fail('NOT_A_CODE')],
  [{ code: 'WITH:COLON' }, fail('NOT_A_CODE')],
  [{ value: 10_001 }, fail('OUT_OF_BOUNDS', { field: 'value', least: 1, most: 10_000 })],
  [{ value: 0 }, fail('OUT_OF_BOUNDS', { field: 'value', least: 1, most: 10_000 })],
  [{ kind: 'amount', value: 2 ** 31 }, fail('OUT_OF_BOUNDS', { field: 'value', least: 1, most: 999_999_99 })],
  [{ kind: 'free-delivery', value: 1 }, fail('OUT_OF_BOUNDS', { field: 'value', least: 0, most: 0 })],
  [{ minimumMinor: -1 }, fail('OUT_OF_BOUNDS', { field: 'minimumMinor', least: 0, most: 999_999_99 })],
  [{ maxUses: 0 }, fail('OUT_OF_BOUNDS', { field: 'maxUses', least: 1, most: 1_000_000_000 })],
  [{ maxUsesPerCustomer: 0.5 }, fail('OUT_OF_BOUNDS', { field: 'maxUsesPerCustomer', least: 1, most: 1_000_000_000 })],
  // An empty list would read as everything.
  [{ skus: [] }, fail('OUT_OF_BOUNDS', { field: 'skus', least: 1, most: 200 })],
  [{ skus: [sku('NOBODY')] }, fail('UNKNOWN_SKUS', { skus: [sku('NOBODY')] })],
  [{ startsAtMs: NOW, endsAtMs: NOW }, fail('EMPTY_WINDOW')],
] as const)('a code with %o is refused as a value', async (own, failure) => {
  expect(await putCode(engine.db, draft({ code: 'REFUSED', ...own } as Partial<CodeDraft>), NOW)).toEqual(failure)
  expect(await engine.db.discountCode.count({ where: { code: 'REFUSED' } })).toBe(0)
})

test('many who write one code at once make one version each, and the newest of them stands', async () => {
  const versions = await Promise.all(
    Array.from({ length: 20 }, (_, n) => putCode(engine.db, draft({ code: 'RACE', value: 100 + n }), NOW + n)),
  )
  expect(versions.map((answer) => (answer.ok ? answer.value : 0)).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 20 }, (_, n) => n + 1),
  )
  const { current, inCore } = await codesOf('RACE')
  const last = versions.findIndex((answer) => answer.ok && answer.value === 20)
  expect(current).toMatchObject({ version: 20, value: 100 + last })
  expect(inCore).toEqual(current)
})

test('every code is read, however many there are: a shard of core is rebuilt with all of them', async () => {
  const codes = Array.from({ length: 20_000 }, (_, n) => `VOUCHER-${n}`)
  await engine.db.discountCode.createMany({ data: codes.map((code) => ({ code, version: 1 })) })
  await engine.db.discountCodeVersion.createMany({
    data: codes.map((code) => ({ code, version: 1, kind: 'amount', value: 5_00, minimumMinor: 0, skus: [], createdAt: new Date(NOW) })),
  })
  const read = new Set((await engine.book.currentDiscounts('all')).map(({ code }) => code))
  expect(codes.filter((code) => !read.has(code))).toEqual([])
})
