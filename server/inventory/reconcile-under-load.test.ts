import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '#/drill/engine/eventually.ts'
import { startFullLoad } from '#/drill/engine/full-load.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { storeServices } from '#/scripts/stack/store-services.ts'
import { skuKeys } from '../redis/keys.ts'
import { mendDrift } from './mend-drift.ts'
import { reconcile } from './reconcile.ts'

const REST_MS = 60_000

let engine: TestEngine

beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine.stop())

async function look() {
  const found = await reconcile(engine)
  if (!found.ok) throw new Error(found.code)
  return found.value.drifts
}

test('under full load nothing is reported of a healthy store, and a counter is set right to the unit', { timeout: 240_000 }, async () => {
  const units = [await engine.sell({ stock: 5000 }), await engine.sell({ stock: 5000 }), await engine.sell({ stock: 5000, shard: 3 })]
  await engine.putCode('LOAD', { maxUses: 100_000 })
  const { stack } = engine
  mkdirSync(path.join(stack.logs, 'workers'), { recursive: true })
  const logs = path.join(stack.logs, 'workers')
  await stack.launch(storeServices({ project: process.cwd(), distDir: '', port: 1, logs, env: stack.env }).workers)
  const load = startFullLoad(engine, units, 'LOAD')
  for (let run = 1; run <= 10; run += 1) expect(await look()).toEqual([])

  for (const [i, change] of [7, -7, 1].entries()) {
    const unit = units[i] as (typeof units)[number]
    await engine.core.redis.hincrby(skuKeys(unit).stock, 'available', change)
    const [drift, ...others] = await look()
    expect(others).toEqual([])
    expect(drift).toMatchObject({ kind: 'COUNTER_DIFFERS', key: unit })
    expect(drift && (await mendDrift(engine, drift))).toEqual({ ok: true })
    expect(await look()).toEqual([])
  }
  await eventually('it was a load', async () => load.placed() > 100, REST_MS)
  await load.stop()
  expect(await engine.violationsAtRest(REST_MS)).toEqual([])
  expect(await look()).toEqual([])
})
