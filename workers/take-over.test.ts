import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Sku } from '#/domain/sku.ts'
import { eventually } from '#/drill/engine/eventually.ts'
import { soon, startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import type { Service } from '#/scripts/stack/service.ts'
import { storeServices } from '#/scripts/stack/store-services.ts'
import { placeInLegs } from '#/server/inventory/place-in-legs.ts'

const PATIENCE_MS = 60_000
/** Of shoppers who press while core is away, which it is for as long as workers need to feel it. */
const SHOPPERS_PATIENCE_MS = 2 * PATIENCE_MS
const NAMES = ['one', 'other'] as const

let engine: TestEngine
let unit: Sku
let workers: Record<(typeof NAMES)[number], Service>

beforeAll(async () => {
  engine = await startTestEngine()
  unit = await engine.sell({ stock: 500 })
  const { stack } = engine
  const service = (name: string) => {
    const logs = path.join(stack.logs, name)
    mkdirSync(logs)
    return storeServices({ project: process.cwd(), distDir: '', port: 1, logs, env: stack.env }).workers
  }
  workers = { one: service('one'), other: service('other') }
  await Promise.all(Object.values(workers).map((worker) => stack.launch(worker)))
})
afterAll(() => engine.stop())

/** Places so many orders, each until core has said what became of it. */
function placeAll(count: number): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const placing = await eventually('core tells offers', () => engine.placing([[unit, 1]]), SHOPPERS_PATIENCE_MS)
      const isReceived = async () => {
        const { code } = await placeInLegs(engine.counters, { ...placing, deadlineMs: soon() })
        return code === 'PLACED' || code === 'SEEN'
      }
      await eventually('the order is received', isReceived, SHOPPERS_PATIENCE_MS)
      return placing.checkoutId
    }),
  )
}

async function allConfirmed(orderIds: readonly string[]): Promise<void> {
  const confirmed = { id: { in: [...orderIds] }, state: 'CONFIRMED' as const }
  const look = async () => (await engine.db.order.count({ where: confirmed })) === orderIds.length
  await eventually('every order is confirmed', look, PATIENCE_MS)
}

const logOf = (name: string) => readFileSync(path.join(engine.stack.logs, name, 'workers.log'), 'utf8')

test('whichever worker is killed, the other takes in its shards and ends its payments, each charged once', {
  timeout: 300_000,
}, async () => {
  for (const killed of NAMES) {
    // Payments that are under way for longer than it takes to be killed.
    await engine.desk.goWrong({ match: { operation: 'payment_intents.confirm' }, times: 10, delayMs: 1500 })
    const before = await placeAll(20)
    await eventually('payments are under way', async () => (await engine.db.order.count({ where: { state: 'PAYING' } })) > 0)
    await workers[killed].kill('SIGKILL')
    const after = await placeAll(20)
    await allConfirmed([...before, ...after])
    for (const orderId of [...before, ...after]) expect((await engine.desk.accountOf(orderId)).charges).toBe(1)
    await workers[killed].start()
  }
  expect(await engine.violationsAtRest(PATIENCE_MS)).toEqual([])
})

test('core is away until every worker has felt it: none needs to be started anew, and every order ends', { timeout: 300_000 }, async () => {
  const pids = NAMES.map((name) => workers[name].pid)
  const felt = (name: string) => logOf(name).split('"msg":"loop failed and will try again"').length
  const before = NAMES.map(felt)
  const early = await placeAll(30)
  await engine.stack.core.kill()
  const late = placeAll(30)
  await eventually(
    'loops of every worker have failed',
    async () => NAMES.every((name, i) => felt(name) >= (before[i] ?? 0) + 2),
    PATIENCE_MS,
  )
  await engine.stack.core.start()
  await allConfirmed([...early, ...(await late)])
  expect(NAMES.map((name) => workers[name].pid)).toEqual(pids)
  expect(await engine.violationsAtRest(PATIENCE_MS)).toEqual([])
})
