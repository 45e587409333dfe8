import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Sku } from '#/domain/sku.ts'
import { setAside } from '#/drill/engine/set-aside.ts'
import { SHARD } from '#/drill/engine/shelf.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { restock, setPrice } from '../catalog/edit-catalog.ts'
import { unitsHeldBy } from '../inventory/inspect-core.ts'
import { openShards } from '../inventory/open-shards.ts'
import { placeInLegs } from '../inventory/place-in-legs.ts'
import { shardKeys, skuKeys } from '../redis/keys.ts'
import { closeDeadLetter, retryDeadLetter } from './decide-dead-letter.ts'
import type { DeadLetter } from './order-book.ts'
import { takeInBatch } from './run-intake.ts'
import { showOrder } from './show-order.ts'

let engine: TestEngine

beforeAll(async () => {
  engine = await startTestEngine()
})
beforeEach(() => engine.rest())
afterAll(() => engine.stop())

const TRUNCATED = (record: string) => record.slice(0, -9)
const WRONG_TOTAL = (record: string) => JSON.stringify({ ...JSON.parse(record), totalMinor: 1 })
const WITH_NUL = (record: string) => record.replace('Ann Field', 'Ann\\u0000 Field')
const OFFER_OF_TOMORROW = (record: string) => record.replace('"offerVersion":1', '"offerVersion":2')

const viewOf = async ({ orderId }: DeadLetter) => {
  const found = await showOrder(engine, orderId)
  return found.kind === 'order' ? { state: found.shown.view.state, reason: found.shown.view.reason } : found.kind
}
const availableOf = async (unit: Sku) => {
  const available = await engine.counters.available([unit])
  return available.ok && available.value.get(unit)
}
const close = (letter: DeadLetter, holders: readonly Sku[]) =>
  closeDeadLetter(engine, letter, async () => {
    const held = await unitsHeldBy(engine.core, letter.reservationId, holders)
    return held.ok ? { ok: true, value: [...held.value.keys()] } : held
  })
const forget = ({ orderId }: DeadLetter) => engine.core.redis.del(shardKeys(SHARD).checkout(orderId))

test.each([
  ['can be read', WRONG_TOTAL],
  ['cannot be read', TRUNCATED],
])('an order whose record %s, and was set aside, says so, also once core has forgotten it', async (_, damage) => {
  const unit = await engine.sell()
  const letter = await setAside(engine, [[unit, 2]], damage)
  await engine.rest()
  expect(await viewOf(letter)).toEqual({ state: 'RECEIVED', reason: 'SET_ASIDE' })
  await forget(letter)
  expect(await viewOf(letter)).toEqual({ state: 'RECEIVED', reason: 'SET_ASIDE' })
  expect(await availableOf(unit)).toBe(8)
  await close(letter, [unit])
})

test('what a dead letter holds stays held when core is rebuilt', async () => {
  const unit = await engine.sell()
  const letter = await setAside(engine, [[unit, 2]], WRONG_TOTAL)
  await engine.counters.fence(SHARD)
  expect(await openShards(engine)).toEqual([SHARD])
  expect(await availableOf(unit)).toBe(8)
  await close(letter, [unit])
  await engine.rest()
  expect(await availableOf(unit)).toBe(10)
})

test('once the catalogue is mended, trying again makes it an order that is paid once', async () => {
  const unit = await engine.sell()
  const letter = await setAside(engine, [[unit, 2]], OFFER_OF_TOMORROW)
  expect(await retryDeadLetter(engine, letter)).toEqual({ ok: false, code: 'STILL_DEAD', reason: 'UNKNOWN_OFFER' })
  await setPrice(engine.db, unit, 20_00, Date.now())
  expect(await retryDeadLetter(engine, letter)).toEqual({ ok: true, value: 'retried' })
  await engine.rest()
  expect(await viewOf(letter)).toEqual({ state: 'CONFIRMED', reason: null })
  expect((await engine.desk.accountOf(letter.orderId)).charges).toBe(1)
  expect(await availableOf(unit)).toBe(8)
  expect(await engine.core.redis.exists(skuKeys(unit).held)).toBe(0)
  expect(await engine.book.openDeadLetters(10)).toEqual([])
})

test('what Postgres cannot hold is left out when it is tried again, and the rest is the order', async () => {
  const letter = await setAside(engine, [[await engine.sell(), 1]], WITH_NUL)
  expect(letter.reason).toMatch(/^DATA_ERROR 22/)
  expect(await retryDeadLetter(engine, letter)).toEqual({ ok: true, value: 'retried' })
  await engine.rest()
  expect((await engine.book.findOrder(letter.orderId))?.order.name).toBe('Ann Field')
  expect(await viewOf(letter)).toEqual({ state: 'CONFIRMED', reason: null })
})

test('what still cannot be an order stays as it is, and says why', async () => {
  const unit = await engine.sell()
  for (const [damage, reason] of [
    [TRUNCATED, 'UNREADABLE'],
    [WRONG_TOTAL, 'TOTAL_MISMATCH'],
  ] as const) {
    const letter = await setAside(engine, [[unit, 1]], damage)
    expect(await retryDeadLetter(engine, letter)).toEqual({ ok: false, code: 'STILL_DEAD', reason })
    expect(await engine.book.findDeadLetter(letter)).toEqual(letter)
    await close(letter, [unit])
  }
})

test.each([
  ['that can be read is an order that was rejected, and a mail says so', WRONG_TOTAL, 'NOT_ACCEPTED', 1],
  ['with a NUL in it is an order that was rejected, and a mail says so', WITH_NUL, 'NOT_ACCEPTED', 1],
  ['that cannot be read is rejected on its page', TRUNCATED, 'UNREADABLE', 0],
] as const)('a closed record %s, and its units are for sale again', async (_, damage, reason, mails) => {
  const units = [await engine.sell(), await engine.sell(), await engine.sell()] as const
  const letter = await setAside(
    engine,
    [
      [units[0], 2],
      [units[2], 3],
    ],
    damage,
  )
  expect(await close(letter, units)).toEqual({ ok: true, value: 'rejected' })
  const told = { topic: 'mail.send', subject: `${letter.orderId}/rejected` }
  expect(await engine.db.outboxMessage.count({ where: told })).toBe(mails)
  await engine.rest()
  for (const unit of units) {
    expect(await availableOf(unit)).toBe(10)
    expect(await engine.core.redis.exists(skuKeys(unit).held)).toBe(0)
  }
  expect(await viewOf(letter)).toEqual({ state: 'REJECTED', reason })
  await forget(letter)
  expect(await viewOf(letter)).toEqual({ state: 'REJECTED', reason })
  expect((await engine.desk.accountOf(letter.orderId)).charges).toBe(0)
})

test('tried again and closed at once by many, while intake is at work, a record has one outcome', async () => {
  const unit = await engine.sell({ stock: 500 })
  const letters: DeadLetter[] = []
  for (let n = 0; n < 6; n += 1) letters.push(await setAside(engine, [[unit, 1]], OFFER_OF_TOMORROW))
  await setPrice(engine.db, unit, 20_00, Date.now())
  await engine.rest()
  let atWork = true
  const intake = (async () => {
    while (atWork) {
      await engine.counters.place(await engine.placing([[unit, 1]]))
      await takeInBatch(engine, SHARD, 1)
    }
  })()
  /** Nothing is decided while intake leaves no gap: a person tries again. */
  const decide = async (letter: DeadLetter, again: boolean) => {
    for (;;) {
      const decision = await (again ? retryDeadLetter(engine, letter) : close(letter, [unit]))
      if (decision.ok || decision.code !== 'BUSY') return decision
    }
  }
  const decisions = await Promise.all(
    letters.map((letter, i) => Promise.all(Array.from({ length: 6 }, (_, n) => decide(letter, (n + i) % 2 === 1)))),
  )
  atWork = false
  await intake
  await engine.rest()
  for (const [i, letter] of letters.entries()) {
    const outcomes = new Set(decisions[i]?.map((decision) => (decision.ok ? decision.value : decision.code)))
    expect(outcomes.size).toBe(1)
    const [outcome] = outcomes
    expect((await engine.book.findDeadLetter(letter))?.resolution).toBe(outcome)
    expect((await engine.book.findOrder(letter.orderId))?.state).toBe(outcome === 'retried' ? 'CONFIRMED' : 'REJECTED')
    expect((await engine.desk.accountOf(letter.orderId)).charges).toBe(outcome === 'retried' ? 1 : 0)
  }
})

test('an unreadable record that many close at once drops what it holds once', async () => {
  const unit = await engine.sell()
  const letter = await setAside(engine, [[unit, 4]], TRUNCATED)
  await restock(engine.db, unit, 1, Date.now())
  const before = await engine.db.stockMovement.count({ where: { sku: unit } })
  const closed = await Promise.all(Array.from({ length: 12 }, () => close(letter, [unit])))
  expect(new Set(closed.map((one) => one.ok && one.value))).toEqual(new Set(['rejected']))
  expect(await engine.db.stockMovement.count({ where: { sku: unit } })).toBe(before + 1)
  await engine.rest()
  expect(await availableOf(unit)).toBe(11)
})

test('a closed record gives back what it used of codes and of its customer, too', async () => {
  const unit = await engine.sell({ limitPerCustomer: 5 })
  await engine.putCode('ONCE', { maxUses: 1, maxUsesPerCustomer: 1 })
  const withCode = () => engine.placing([[unit, 1]], { code: 'ONCE' })
  for (const damage of [WRONG_TOTAL, TRUNCATED]) {
    const letter = await setAside(engine, [[unit, 5]], damage, { code: 'ONCE' })
    expect(await placeInLegs(engine.counters, await withCode())).not.toMatchObject({ code: 'PLACED' })
    const closed = await closeDeadLetter(engine, letter, async () => {
      const held = await unitsHeldBy(engine.core, letter.reservationId, 'all')
      return held.ok ? { ok: true, value: [...held.value.keys()] } : held
    })
    expect(closed).toEqual({ ok: true, value: 'rejected' })
    await engine.rest()
  }
  expect(await placeInLegs(engine.counters, await withCode())).toMatchObject({ code: 'PLACED' })
})

test('what was decided here ends without a trace of doubt', async () => {
  await engine.rest()
  expect(await engine.violations()).toEqual([])
})
