import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fail, ok } from '#/domain/result.ts'
import { checkoutIdFor } from '#/domain/sharding.ts'
import type { Sku } from '#/domain/sku.ts'
import { eventually } from '#/drill/engine/eventually.ts'
import { LossyWire } from '#/drill/engine/lossy-wire.ts'
import { SHARD } from '#/drill/engine/shelf.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { RedisStockCounters } from '../inventory/redis-stock-counters.ts'
import type { PlaceAnswer, Placing } from '../inventory/stock-counters.ts'
import { shardKeys } from '../redis/keys.ts'
import { type PlaceRequest, placeOrder } from './place-order.ts'

let engine: TestEngine
let wire: LossyWire
/** The engine's core, seen over a wire that may lose what it answers. */
let far: RedisStockCounters

beforeAll(async () => {
  engine = await startTestEngine()
  const to = await LossyWire.to(engine.stack.core.url)
  wire = to.wire
  far = new RedisStockCounters(engine.connectCore(to.url, { reach: to.reach }))
})
afterAll(async () => {
  await engine.stop()
  wire.close()
})

const waiting = () => engine.core.redis.xlen(shardKeys(SHARD).orders)
const wireCarries = () => eventually('the wire carries', async () => (await far.now(randomUUID())).ok)
const overFar = () => ({ counters: far, clock: engine.clock, newId: randomUUID })

async function availableOf(unit: Sku): Promise<number | undefined> {
  const available = await engine.counters.available([unit])
  return available.ok ? available.value.get(unit) : undefined
}

function request(unit: Sku, change: Partial<PlaceRequest['agreed']> = {}): PlaceRequest {
  const agreed = {
    lines: [{ sku: unit, offerVersion: 1, quantity: 1 }],
    email: 'ann@example.com',
    name: 'Ann Field',
    street: '1 Long Road',
    city: 'Dublin',
    postcode: 'D02 XY00',
    country: 'IE' as const,
    deliveryMethod: 'standard' as const,
    code: null,
    codeVersion: null,
    totalMinor: 24_90,
    ...change,
  }
  return { checkoutId: checkoutIdFor(unit, randomUUID), agreed, paymentMethod: 'pm_card_visa' }
}

test('a script that ran without its reply arriving is UNKNOWN, and its order stands', async () => {
  const unit = await engine.sell()
  const placing = await engine.placing([[unit, 1]])
  await wireCarries()
  wire.loseRepliesTo(placing.checkoutId)
  expect(await far.place(placing)).toEqual({ code: 'UNKNOWN' })
  wire.loseNothing()
  expect(await availableOf(unit)).toBe(9)
  expect(await engine.counters.place(placing)).toMatchObject({ code: 'SEEN' })
})

test('placeOrder settles a lost reply by itself: the shopper is told of the one order that was placed', async () => {
  const unit = await engine.sell()
  await engine.rest()
  const wanted = request(unit)
  await wireCarries()
  const { lost } = wire
  wire.loseRepliesTo('"paymentMethod"')
  const placed = await placeOrder(overFar(), wanted)
  wire.loseNothing()
  expect(wire.lost).toBeGreaterThan(lost)
  expect(placed).toMatchObject({ ok: true, value: { orderId: wanted.checkoutId } })
  expect([await waiting(), await availableOf(unit)]).toEqual([1, 9])
  expect(await placeOrder(overFar(), wanted)).toEqual(placed)
  expect([await waiting(), await availableOf(unit)]).toEqual([1, 9])
})

test('a clock of ours that jumps ahead does not give up a placing that is still on its way', async () => {
  const unit = await engine.sell()
  class Jumping extends RedisStockCounters {
    #aheadMs = 0
    #onItsWay: Placing | undefined

    override async now(checkoutId: string) {
      const now = await super.now(checkoutId)
      return now.ok ? ok(now.value + this.#aheadMs) : now
    }
    override async place(placing: Placing): Promise<PlaceAnswer> {
      this.#aheadMs = 3_600_000
      this.#onItsWay = placing
      return { code: 'UNKNOWN' }
    }
    override async findCheckout(checkoutId: string) {
      return this.#andThenArrives(await super.findCheckout(checkoutId))
    }
    override async lookForCheckout(checkoutId: string) {
      return this.#andThenArrives(await super.lookForCheckout(checkoutId))
    }
    async #andThenArrives<T>(seen: T): Promise<T> {
      if (this.#onItsWay) await super.place(this.#onItsWay)
      this.#onItsWay = undefined
      return seen
    }
  }
  const wanted = request(unit)
  const placed = await placeOrder({ ...engine, counters: new Jumping(engine.core) }, wanted)
  expect(placed).toMatchObject({ ok: true, value: { orderId: wanted.checkoutId } })
})

test('while every reply is lost nobody claims to know, and pressing again settles it as the same order', async () => {
  const unit = await engine.sell()
  await engine.rest()
  const wanted = request(unit)
  await wireCarries()
  wire.loseRepliesTo(wanted.checkoutId)
  expect(await placeOrder(overFar(), wanted)).toEqual({ ok: false, code: 'CHECKING' })
  wire.loseNothing()
  const placed = await eventually('the wire works again', async () => {
    const answer = await placeOrder(overFar(), wanted)
    return answer.ok && answer
  })
  expect(placed.value.orderId).toBe(wanted.checkoutId)
  expect([await waiting(), await availableOf(unit)]).toEqual([1, 9])
})

test('a placing that we sent too late ourselves is sent anew, and is one order', async () => {
  const unit = await engine.sell()
  await engine.rest()
  let sent = 0
  class SlowAtFirst extends RedisStockCounters {
    override place(placing: Placing) {
      sent += 1
      return super.place(sent < 3 ? { ...placing, deadlineMs: 1 } : placing)
    }
  }
  const wanted = request(unit)
  expect(await placeOrder({ ...engine, counters: new SlowAtFirst(engine.core) }, wanted)).toMatchObject({ ok: true })
  expect([sent, await waiting(), await availableOf(unit)]).toEqual([3, 1, 9])
})

test('the same press from twenty tabs at once is one order', async () => {
  const unit = await engine.sell()
  await engine.rest()
  const wanted = request(unit)
  const answers = await Promise.all(Array.from({ length: 20 }, () => placeOrder(engine, wanted)))
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  expect(answers[0]).toMatchObject({ ok: true })
  expect([await waiting(), await availableOf(unit)]).toEqual([1, 9])
})

test('an order that was placed stays placed when its offer is another by the time of a second press', async () => {
  const unit = await engine.sell()
  const wanted = request(unit)
  const placed = await placeOrder(engine, wanted)
  const offer = (await engine.book.currentOffers([unit]))[0]
  if (!offer) throw new Error('no offer')
  await engine.counters.putOffer({ ...offer, version: 2, priceMinor: 99_00 })
  expect(await placeOrder(engine, wanted)).toEqual(placed)
  expect(await placeOrder(engine, { ...wanted, agreed: { ...wanted.agreed, street: 'Elsewhere 2' } })).toMatchObject({
    code: 'CHECKOUT_CHANGED',
  })
  expect(await placeOrder(engine, request(unit))).toEqual({ ok: false, code: 'PRICE_CHANGED', skus: [unit] })
})

test('while core cannot say whether an order was placed before, a second press does not say that nothing was', async () => {
  const unit = await engine.sell()
  const wanted = request(unit)
  const placed = await placeOrder(engine, wanted)
  const [offer] = await engine.book.currentOffers([unit])
  if (!offer) throw new Error('no offer')
  await engine.counters.putOffer({ ...offer, version: 2 })
  class Forgetful extends RedisStockCounters {
    override async lookForCheckout() {
      return fail('CORE_UNKNOWN')
    }
  }
  expect(await placeOrder({ ...engine, counters: new Forgetful(engine.core) }, wanted)).toEqual({ ok: false, code: 'NOT_READY' })
  expect(await placeOrder(engine, wanted)).toEqual(placed)
})

test('another card is no other order, another address is', async () => {
  const unit = await engine.sell()
  const wanted = request(unit)
  const placed = await placeOrder(engine, wanted)
  expect(placed.ok).toBe(true)
  expect(await placeOrder(engine, { ...wanted, paymentMethod: 'pm_card_mastercard' })).toEqual(placed)
  const moved = { ...wanted, agreed: { ...wanted.agreed, postcode: 'D02 XY01' } }
  expect(await placeOrder(engine, moved)).toEqual({ ok: false, code: 'CHECKOUT_CHANGED' })
})

test('an order above what a card payment may be is refused before anything is taken', async () => {
  const unit = await engine.sell({ price: 999_999_99 })
  const above = request(unit, { deliveryMethod: 'express', totalMinor: 999_999_99 + 12_90 })
  expect(await placeOrder(engine, above)).toEqual({ ok: false, code: 'ABOVE_MAXIMUM', maximumMinor: 999_999_99 })
  expect(await availableOf(unit)).toBe(10)
  expect((await placeOrder(engine, request(unit, { totalMinor: 999_999_99 }))).ok).toBe(true)
})

test('with core away nothing is promised, at once, and the same checkout works when it is back', async () => {
  const unit = await engine.sell()
  const wanted = request(unit)
  await engine.stack.core.kill()
  expect(await placeOrder(engine, wanted)).toEqual({ ok: false, code: 'NOT_READY' })
  await engine.stack.core.start()
  const placed = await eventually('core is back', async () => {
    const answer = await placeOrder(engine, wanted)
    return answer.ok && answer
  })
  expect(placed.value.orderId).toBe(wanted.checkoutId)
  expect(await availableOf(unit)).toBe(9)
})

test('what was acknowledged survives a kill -9 of core in the middle of a rush', async () => {
  const unit = await engine.sell({ stock: 200 })
  await engine.rest()
  const requests = Array.from({ length: 120 }, () => request(unit))
  const answers = Promise.all(requests.map((wanted) => placeOrder(engine, wanted)))
  await eventually('the rush has begun', async () => (await waiting()) > 0)
  await engine.stack.core.kill()
  await engine.stack.core.start()
  const told = await answers
  await eventually('core answers', async () => (await engine.counters.epochOf(SHARD)).ok)
  for (const [n, answer] of told.entries()) {
    const stored = await engine.counters.findCheckout(requests[n]?.checkoutId ?? '')
    if (answer.ok) expect(stored).toMatchObject({ ok: true, value: { placedAtMs: answer.value.placedAtMs } })
    else if (answer.code === 'NOT_READY') expect(stored).toEqual({ ok: true, value: null })
    else expect(answer.code).toBe('CHECKING')
  }
})

test('what was placed here ends without a trace of doubt', async () => {
  await engine.rest()
  expect(await engine.violations()).toEqual([])
})
