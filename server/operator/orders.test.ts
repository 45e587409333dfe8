import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { orderNumber } from '#/domain/order-number.ts'
import { merchantHands } from '#/drill/engine/merchant-hands.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { EXIT, print } from './answer.ts'
import { carryOutForMerchant } from './merchant-answer.ts'
import { readOrdersCommand } from './read-orders-command.ts'

let engine: TestEngine
let merchant: ReturnType<typeof merchantHands>

beforeAll(async () => {
  engine = await startTestEngine()
  merchant = merchantHands(engine)
})
afterAll(() => engine.stop())

async function run(...args: string[]) {
  const asked = readOrdersCommand(args)
  if (!asked.ok) return { code: EXIT.usage, text: asked.why }
  const given = await carryOutForMerchant(engine, asked.value)
  return { code: given.code, text: print(given, asked.value.json) }
}

const parcel = ['--carrier', 'An Post', '--tracking', 'CE1']

test('nothing is changed without --yes, nor with --dry-run; what is said then is what happens', async () => {
  const orderId = await merchant.paid([3, 2])
  const lines = ['--lines', '1:2,2:1']
  for (const words of [[], ['--yes', '--dry-run']]) {
    expect(await run('ship', orderId, ...parcel, ...lines, ...words)).toMatchObject({
      code: 0,
      text: expect.stringContaining('Nothing was changed'),
    })
    expect(await run('refund', orderId, ...lines, ...words)).toMatchObject({
      code: 0,
      text: expect.stringContaining('Nothing was changed'),
    })
  }
  expect(await merchant.stockOf(orderId)).toEqual([
    [3, 3],
    [2, 2],
  ])
  const would = await run('refund', orderId, ...lines)
  const done = await run('refund', orderId, ...lines, '--yes')
  expect(done).toMatchObject({ code: 0, text: expect.stringContaining('Done') })
  expect(done.text.split('\n')[0]).toBe(would.text.split('\n')[0])
  await engine.rest()
  const { ours } = await merchant.moneyOf(orderId)
  expect(would.text).toContain(`€${(ours.refundedMinor / 100).toFixed(2)}`)
})

test('an order is found by its number, shipped and refunded, and shown with what is left', async () => {
  const orderId = await merchant.paid([3, 2])
  const number = orderNumber(orderId).toLowerCase()
  expect(await run('ship', number, ...parcel, '--lines', '1:2', '--yes')).toMatchObject({ code: 0 })
  expect(await run('refund', number, '--amount', '4.50', '--yes')).toMatchObject({ code: 0, text: expect.stringContaining('€4.50') })
  expect(await run('refund', number, '--lines', '2:1', '--no-restock', '--yes')).toMatchObject({ code: 0 })
  await merchant.settle(orderId)
  const shown = await run('show', number)
  for (const words of ['2 shipped, 1 unit left to ship', '1 given up, 1 unit left to ship', 'An Post CE1', '€4.50, SUCCEEDED']) {
    expect(shown.text).toContain(words)
  }
  expect(await run('ship', number, ...parcel, '--yes')).toMatchObject({ text: expect.stringContaining('Nothing is left to ship') })
  expect(await run('refund', number, '--yes')).toMatchObject({ code: 0 })
  await merchant.settle(orderId)
  expect(await merchant.stateOf(orderId)).toBe('REFUNDED')
})

test('the same --id again and again does it once, also from many terminals', async () => {
  const orderId = await merchant.paid([3])
  const id = randomUUID()
  const answers = await Promise.all(Array.from({ length: 8 }, () => run('ship', orderId, ...parcel, '--lines', '1:1', '--id', id, '--yes')))
  expect(answers.filter(({ text }) => text.includes('Done'))).toHaveLength(1)
  expect(answers.filter(({ text }) => text.includes('noted before'))).toHaveLength(7)
  expect(await merchant.stockOf(orderId)).toEqual([[2, 2]])
})

test('what cannot be done is said in words, with exit code 1', async () => {
  const orderId = await merchant.paid([3])
  for (const [args, words] of [
    [['ship', orderId, ...parcel, '--lines', '2:1'], 'no line 2'],
    [['ship', orderId, ...parcel, '--lines', '1:4'], 'only 3 units'],
    [['refund', orderId, '--amount', '9999'], 'Only €'],
    [['refund', randomUUID()], 'has no order'],
  ] as const) {
    for (const yes of [[], ['--yes']]) {
      expect(await run(...args, ...yes)).toMatchObject({ code: EXIT.trouble, text: expect.stringContaining(words) })
    }
  }
})

test.each([
  ['ship', 'X', '--carrier', 'Post'],
  ['ship', 'X', ...parcel, '--amount', '1'],
  ['ship', 'X', '--carrier', 'a\nb', '--tracking', '1'],
  ['refund', 'X', '--lines', '0:1'],
  ['refund', 'X', '--lines', '1:1,'],
  ['refund', 'X', '--lines', '1:0'],
  ['refund', 'X', '--amount', '1.5'],
  ['refund', 'X', '--amount', '0'],
  ['refund', 'X', '--amount', '-3'],
  ['refund', 'X', '--amount', '3', '--lines', '1:1'],
  ['refund', 'X', '--id', 'abc'],
  ['refund', 'X', 'Y'],
  ['refund'],
  ['show', 'X', '--lines', '1:1'],
  ['sell', 'X'],
  ['refund', 'X', '--everything'],
])('%s %s %s is not understood, and says why', (...args) => {
  expect(readOrdersCommand(args)).toMatchObject({ ok: false, code: 'USAGE', why: expect.stringMatching(/\w/) })
})

test('no control character of what the books hold reaches a terminal, and --json is JSON', async () => {
  const orderId = await merchant.paid([1])
  await engine.db.orderLine.updateMany({ where: { orderId }, data: { name: 'Lamp\x1b[31m' } })
  expect((await run('show', orderId)).text).not.toContain('\x1b')
  expect(JSON.parse((await run('refund', orderId, '--json')).text)).toMatchObject({ code: 0, dryRun: true, isNew: true })
})

test('what was done here ends without a trace of doubt', async () => {
  await engine.later(3 * 3600_000)
  expect(await engine.violations()).toEqual([])
})
