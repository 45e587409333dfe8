import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { restock, setPrice } from '../catalog/edit-catalog.ts'
import { codeKey, skuKeys } from '../redis/keys.ts'
import { healCore } from './heal-core.ts'

let engine: TestEngine

beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine.stop())

const loseMessages = () => engine.db.outboxMessage.deleteMany()

test('what core missed of stock and offers it learns without a message, and a newer offer of core stays', async () => {
  const [changed, missing, ahead] = [await engine.sell({ stock: 10 }), await engine.sell(), await engine.sell()]
  await restock(engine.db, changed, 5, Date.now())
  await setPrice(engine.db, changed, 15_00, Date.now())
  await loseMessages()
  await engine.core.redis.del(skuKeys(missing).offer)
  await engine.core.redis.hset(skuKeys(ahead).offer, 'version', 7)
  await healCore(engine)
  expect(await engine.counters.available([changed])).toEqual({ ok: true, value: new Map([[changed, 15]]) })
  const offers = await engine.counters.offers([changed, missing, ahead])
  if (!offers.ok) throw new Error(offers.code)
  expect(offers.value.get(changed)).toMatchObject({ version: 2, priceMinor: 15_00 })
  expect([missing, ahead].map((unit) => offers.value.get(unit)?.version)).toEqual([1, 7])
})

test('an offer that cannot be read holds up no cart and no other, and is put in its place anew', async () => {
  const [broken, missing] = [await engine.sell(), await engine.sell()]
  for (const [field, value] of [
    ['card', '{"slug":'],
    ['card', '{"slug":"of-another-version"}'],
    ['limit', 'few'],
  ] as const) {
    await engine.core.redis.hset(skuKeys(broken).offer, field, value)
    await engine.core.redis.del(skuKeys(missing).offer)
    expect(await engine.counters.offers([broken, missing])).toEqual({ ok: true, value: new Map() })
    await healCore(engine)
    expect((await engine.counters.place(await engine.placing([[broken, 1]]))).code).toBe('PLACED')
    expect((await engine.counters.place(await engine.placing([[missing, 1]]))).code).toBe('PLACED')
  }
  await engine.rest()
})

test('offers are healed while a shard is fenced, and stock once it is open', async () => {
  const unit = await engine.sell({ stock: 10 })
  await restock(engine.db, unit, 5, Date.now())
  await setPrice(engine.db, unit, 15_00, Date.now())
  await loseMessages()
  await engine.whileFenced(async () => void (await healCore(engine)))
  const offers = await engine.counters.offers([unit])
  expect(offers.ok && offers.value.get(unit)?.version).toBe(2)
  expect(await engine.counters.available([unit])).toEqual({ ok: true, value: new Map([[unit, 10]]) })
  await healCore(engine)
  expect(await engine.counters.available([unit])).toEqual({ ok: true, value: new Map([[unit, 15]]) })
})

test('a code whose message was lost is replaced by its newest version', async () => {
  await engine.putCode('LATE', { value: 1000 })
  const before = await engine.counters.discount('LATE')
  await engine.putCode('LATE', { value: 500 })
  if (!before.ok || !before.value) throw new Error('core has no code')
  await engine.core.redis.del(codeKey('LATE'))
  await engine.counters.putDiscount(before.value)
  await healCore(engine)
  expect(await engine.counters.discount('LATE')).toMatchObject({ ok: true, value: { version: 2, value: 500 } })
})
