import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Discount } from '#/domain/discount.ts'
import { totalsOf } from '#/domain/pricing.ts'
import { ALL_SHARDS } from '#/domain/sharding.ts'
import type { Sku } from '#/domain/sku.ts'
import { eventually } from '#/drill/engine/eventually.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { setLimits, setPrice, setSaleWindow, setWeight } from '../catalog/edit-catalog.ts'
import { type CodeDraft, endCode, putCode } from '../catalog/edit-codes.ts'
import { deliverToCore } from './deliver.ts'
import { TOPIC_LANES } from './order-book.ts'
import { type PlaceRequest, placeOrder } from './place-order.ts'
import { takeInBatch } from './run-intake.ts'

let engine: TestEngine

beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine.stop())

const CONTACT = { email: 'ann@example.com', name: 'Ann Field', street: '1 Long Road', city: 'Dublin', postcode: 'D02 XY00' } as const
const draft = (code: string, value: number): CodeDraft => ({
  code,
  kind: 'percentage',
  value,
  minimumMinor: 0,
  maxUses: null,
  maxUsesPerCustomer: null,
  startsAtMs: null,
  endsAtMs: null,
  skus: null,
})

/** What a checkout page would show and agree on right now: today's offer, today's code, the total that follows. */
async function agree(unit: Sku, { quantity = 1, code = null }: { quantity?: number; code?: string | null } = {}): Promise<PlaceRequest> {
  const [offers, discount] = await Promise.all([
    engine.counters.offers([unit]),
    code === null ? { ok: true as const, value: null } : engine.counters.discount(code),
  ])
  const offer = offers.ok && offers.value.get(unit)
  if (!offer || !discount.ok) throw new Error('core cannot say')
  return agreed(unit, quantity, offer, discount.value)
}

function agreed(
  unit: Sku,
  quantity: number,
  offer: { version: number; priceMinor: number; weightGrams: number },
  discount: Discount | null,
): PlaceRequest {
  const way = { deliveryMethod: 'standard', country: 'IE' } as const
  const lines = [{ sku: unit, quantity, unitPriceMinor: offer.priceMinor, weightGrams: offer.weightGrams }]
  const { totalMinor } = totalsOf({ ...way, lines, discount })
  const code = { code: discount?.code ?? null, codeVersion: discount?.version ?? null }
  const line = { sku: unit, quantity, offerVersion: offer.version }
  return { checkoutId: randomUUID(), agreed: { ...CONTACT, ...way, ...code, lines: [line], totalMinor }, paymentMethod: 'pm_card_visa' }
}

test('a price changed in Postgres is what the next placing is held to; what was agreed before is refused', async () => {
  const unit = await engine.sell({ price: 20_00 })
  const before = await agree(unit)
  await setPrice(engine.db, unit, 12_00, Date.now())
  await engine.rest()
  expect(await placeOrder(engine, before)).toEqual({ ok: false, code: 'PRICE_CHANGED', skus: [unit] })
  const now = await agree(unit)
  expect(now.agreed.totalMinor).toBe(16_90)
  expect(await placeOrder(engine, now)).toMatchObject({ ok: true })
})

test('a weight changed in Postgres is what delivery costs from then on, and an older total is refused with the new one', async () => {
  const unit = await engine.sell({ price: 20_00 })
  const before = await agree(unit)
  await setWeight(engine.db, unit, 6_000, Date.now())
  await engine.rest()
  expect(await placeOrder(engine, before)).toEqual({ ok: false, code: 'PRICE_CHANGED', skus: [unit] })
  const { checkoutId, agreed: now, paymentMethod } = await agree(unit)
  const old = { ...now, totalMinor: before.agreed.totalMinor }
  expect(await placeOrder(engine, { checkoutId, agreed: old, paymentMethod })).toEqual({
    ok: false,
    code: 'TOTAL_CHANGED',
    totalMinor: 29_90,
  })
  expect(await placeOrder(engine, { checkoutId, agreed: now, paymentMethod })).toMatchObject({ ok: true })
})

test('a limit and a window changed in Postgres are what the next placing is held to, each refused with what it is about', async () => {
  const unit = await engine.sell({ limit: 10 })
  await setLimits(engine.db, unit, { limitPerOrder: 2, limitPerCustomer: null }, Date.now())
  await engine.rest()
  const limits = [{ sku: unit, limit: 2 }]
  expect(await placeOrder(engine, await agree(unit, { quantity: 3 }))).toEqual({ ok: false, code: 'LIMIT_REACHED', limits })
  expect(await placeOrder(engine, await agree(unit, { quantity: 2 }))).toMatchObject({ ok: true })
  await setSaleWindow(engine.db, unit, { startsAtMs: Date.now() + 3_600_000, endsAtMs: null }, Date.now())
  await engine.rest()
  expect(await placeOrder(engine, await agree(unit))).toEqual({ ok: false, code: 'NOT_ON_SALE', skus: [unit] })
  await setSaleWindow(engine.db, unit, { startsAtMs: null, endsAtMs: null }, Date.now())
  await engine.rest()
  expect(await placeOrder(engine, await agree(unit))).toMatchObject({ ok: true })
})

test('a code changed or ended in Postgres is refused by its name, and its new terms hold for whoever was shown them', async () => {
  const unit = await engine.sell({ price: 20_00 })
  await putCode(engine.db, draft('SUMMER', 1000), Date.now())
  await engine.rest()
  const before = await agree(unit, { code: 'SUMMER' })
  expect(before.agreed.totalMinor).toBe(18_00 + 4_90)
  await putCode(engine.db, draft('SUMMER', 5000), Date.now())
  await engine.rest()
  expect(await placeOrder(engine, before)).toEqual({ ok: false, code: 'CODE_CHANGED', promoCode: 'SUMMER' })
  expect(await placeOrder(engine, await agree(unit, { code: 'SUMMER' }))).toMatchObject({ ok: true })
  await endCode(engine.db, 'SUMMER', Date.now())
  await engine.rest()
  expect(await placeOrder(engine, await agree(unit, { code: 'SUMMER' }))).toEqual({ ok: false, code: 'CODE_CHANGED', promoCode: 'SUMMER' })
})

test('goods beyond what a card can pay are refused as a value, whatever a code takes off them, and nothing is taken', async () => {
  const units = [
    await engine.sell({ price: 999_999_99, stock: 20, limit: 20 }),
    await engine.sell({ price: 999_999_99, stock: 20, limit: 20 }),
  ]
  await putCode(engine.db, draft('GIFT', 10_000), Date.now())
  await engine.rest()
  const [one, other] = await Promise.all(units.map((unit) => agree(unit, { quantity: 20, code: 'GIFT' })))
  if (!one || !other) throw new Error('two units')
  const both = { ...one.agreed, lines: [...one.agreed.lines, ...other.agreed.lines] }
  expect(both.totalMinor).toBe(4_90)
  expect(await placeOrder(engine, { ...one, agreed: both })).toEqual({ ok: false, code: 'ABOVE_MAXIMUM', maximumMinor: 999_999_99 })
  expect(await engine.counters.available(units)).toEqual({ ok: true, value: new Map(units.map((unit) => [unit, 20])) })
})

test('a sale opens and closes by the clock of core, to the millisecond, for however many ask at that moment', async () => {
  const unit = await engine.sell({ stock: 10_000 })
  engine.clock.pass(24 * 3_600_000) // what this process believes decides nothing
  for (const [before, after] of [
    ['NOT_ON_SALE', 'PLACED'],
    ['PLACED', 'NOT_ON_SALE'],
  ]) {
    const turnsMs = await turnAhead(before === 'PLACED')
    await waitUntil(turnsMs - 20)
    const seen = (await Promise.all(Array.from({ length: 10 }, () => askWhile((code) => code === before)))).flat()
    for (const { code, fromMs, toMs, placedAtMs = turnsMs } of seen) {
      if (toMs < turnsMs) expect(code).toBe(before)
      if (fromMs >= turnsMs) expect(code).toBe(after)
      if (code === 'PLACED') expect(placedAtMs < turnsMs).toBe(before === 'PLACED')
    }
  }

  /** Has the sale end, or begin, at a moment that is still to come for somebody who asks after it was set, however long setting it takes. */
  async function turnAhead(ends: boolean): Promise<number> {
    for (let aheadMs = 1000; ; aheadMs *= 2) {
      const turnsMs = (await coreMs()) + aheadMs
      const window = ends ? { startsAtMs: null, endsAtMs: turnsMs } : { startsAtMs: turnsMs, endsAtMs: null }
      await setSaleWindow(engine.db, unit, window, Date.now())
      await engine.rest()
      const { code, toMs } = await ask()
      if (toMs >= turnsMs) continue
      expect(code).toBe(ends ? 'PLACED' : 'NOT_ON_SALE')
      return turnsMs
    }
  }

  async function waitUntil(ms: number): Promise<void> {
    while ((await coreMs()) < ms);
  }

  async function ask() {
    const fromMs = await coreMs()
    const answer = await engine.counters.place(await engine.placing([[unit, 1]]))
    return { placedAtMs: undefined, ...answer, fromMs, toMs: await coreMs() }
  }

  async function askWhile(goesOn: (code: string) => boolean) {
    const answers = [await ask()]
    while (goesOn(answers.at(-1)?.code ?? '')) answers.push(await ask())
    return answers
  }
})

async function coreMs(): Promise<number> {
  const [seconds, micros] = (await engine.core.redis.time()).map(Number) as [number, number]
  return seconds * 1000 + Math.floor(micros / 1000)
}

test('while many edit prices, weights and codes, and many place, no order is recorded at terms that are not the versions that it names', async () => {
  await engine.rest()
  const units = await Promise.all([engine.sell({ stock: 5000 }), engine.sell({ stock: 5000 })])
  await putCode(engine.db, draft('BUSY', 1000), Date.now())
  await engine.rest()
  const merchants = engine.connectDb() // connections of their own
  const placed: string[] = []
  const refused: string[] = []
  const isEnough = () => placed.length >= 60 || placed.length + refused.length >= 1500
  const meanwhile = async (act: (turn: number) => Promise<unknown>) => {
    for (let turn = 1; !isEnough(); turn += 1) await act(turn)
  }
  /** Edits, then lets some shoppers press. */
  const edits = (edit: (turn: number) => Promise<unknown>) =>
    meanwhile(async (turn) => {
      await edit(turn)
      const seen = placed.length + refused.length
      await eventually('shoppers have pressed', async () => isEnough() || placed.length + refused.length >= seen + 5)
    })
  const takeInWhatWaits = async () => {
    for (const shard of ALL_SHARDS) {
      const waiting = await engine.counters.waitingIntake(shard)
      if (waiting.ok && waiting.value.length > 0) await takeInBatch(engine, shard, 1)
    }
  }
  await Promise.all([
    ...units.map((unit) => edits((turn) => setPrice(merchants, unit, 1000 + (turn % 500), Date.now()))),
    ...units.map((unit) => edits((turn) => setWeight(merchants, unit, 1000 * (turn % 30), Date.now()))),
    ...[0, 1].map((editor) => edits((turn) => putCode(merchants, draft('BUSY', 100 + (turn % 500) * 2 + editor), Date.now()))),
    ...[0, 1].map(() => meanwhile(() => engine.book.relay(TOPIC_LANES.offers, 50, (messages) => deliverToCore(engine, messages)))),
    meanwhile(takeInWhatWaits),
    ...Array.from({ length: 12 }, (_, n) =>
      meanwhile(async () => {
        const request = await agree(units[n % 2] as Sku, { quantity: 1 + (n % 3), code: n % 4 === 0 ? null : 'BUSY' })
        const answer = await placeOrder(engine, request)
        if (answer.ok) placed.push(answer.value.orderId)
        else refused.push(answer.code)
      }),
    ),
  ])
  await engine.rest()

  expect([...new Set(refused)].filter((code) => code !== 'PRICE_CHANGED' && code !== 'CODE_CHANGED')).toEqual([])
  expect(Math.min(placed.length, refused.length)).toBeGreaterThan(0)
  expect(await engine.db.order.count({ where: { id: { in: placed } } })).toBe(placed.length)
  expect(await engine.db.deadLetter.count()).toBe(0)
  const wrong = await engine.db.$queryRaw`
    SELECT l.order_id FROM order_lines l JOIN orders r ON r.id = l.order_id
    LEFT JOIN offers o ON o.sku = l.sku AND o.version = l.offer_version
    LEFT JOIN discount_code_versions d ON d.code = r.code AND d.version = r.code_version
    WHERE o.price_minor IS DISTINCT FROM l.unit_price_minor OR o.weight_grams IS DISTINCT FROM l.weight_grams
      OR r.discount_minor <> coalesce(l.quantity * l.unit_price_minor * d.value / 10000, 0)
      OR (r.code IS NOT NULL AND d.code IS NULL)`
  expect(wrong).toEqual([])
  for (const unit of units) {
    const [current] = await engine.book.currentOffers([unit])
    const inCore = await engine.counters.offers([unit])
    expect(inCore.ok && inCore.value.get(unit)).toEqual(current)
  }
  expect(await engine.violations()).toEqual([])
})
