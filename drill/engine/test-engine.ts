import { randomUUID } from 'node:crypto'
import { allowancesOf } from '#/domain/allowance.ts'
import type { Discount } from '#/domain/discount.ts'
import { totalsOf } from '#/domain/pricing.ts'
import { checkoutIdFor } from '#/domain/sharding.ts'
import type { Sku } from '#/domain/sku.ts'
import { startTestStack, type TestStack, type TestStackOptions } from '#/scripts/stack/test-stack.ts'
import { connectDatabase, type Db } from '#/server/db/client.ts'
import { openShards } from '#/server/inventory/open-shards.ts'
import { RedisStockCounters } from '#/server/inventory/redis-stock-counters.ts'
import type { Placing } from '#/server/inventory/stock-counters.ts'
import { customerOf, fingerprintOf, type PlacedOrder } from '#/server/orders/placed-order.ts'
import { postgresOrderBook } from '#/server/orders/postgres-order-book.ts'
import { stripeGateway } from '#/server/payments/stripe-gateway.ts'
import { Core, type CoreOptions } from '#/server/redis/core.ts'
import { findViolations } from '../invariants.ts'
import { carryOut } from './carry-out.ts'
import { connectHands } from './core-hands.ts'
import { eventually } from './eventually.ts'
import { GatewayDesk } from './gateway-desk.ts'
import { MovableClock } from './movable-clock.ts'
import { type Item, SHARD, Shelf, type Terms } from './shelf.ts'

export type Wanted = readonly (readonly [Sku, number])[]

/** The order engine on servers of its own, with hands to work it step by step. One a test file; tests use products of their own. */
export type TestEngine = Awaited<ReturnType<typeof startTestEngine>>

export async function startTestEngine(options: TestStackOptions = {}) {
  const stack = await startTestStack(options)
  const ends: (() => Promise<void>)[] = [() => stack.stop()]
  try {
    return await connect(stack, ends)
  } catch (error) {
    for (const end of ends.reverse()) await end()
    throw error
  }
}

async function connect(stack: TestStack, ends: (() => Promise<void>)[]) {
  const newCore = (url: string, options: CoreOptions = {}): Core => {
    const core = new Core(url, 'test', options)
    ends.push(() => core.close())
    return core
  }
  /** Many may be made, and asked, at one moment. */
  const connectCore = (url = stack.core.url, options: CoreOptions = {}) => newCore(url, { connectPatienceMs: 10_000, ...options })
  const connectDb = (url = stack.postgres.url, connections = 10): Db => {
    const db = connectDatabase(url, connections)
    ends.push(() => db.$disconnect())
    return db
  }
  const db = connectDb()
  const redis = connectHands(stack.core.url)
  ends.push(async () => redis.disconnect())
  const core = Object.assign(newCore(stack.core.url), { redis })
  const clock = new MovableClock()
  const counters = new RedisStockCounters(core)
  const book = postgresOrderBook(db)
  const gateway = stripeGateway(stack.env.STRIPE_SECRET_KEY ?? '', stack.gateway.url)
  const ports = {
    counters,
    book,
    gateway,
    clock,
    newId: randomUUID,
    returnUrl: (orderId: string) => `http://shop.test/orders/${orderId}/return`,
  }
  const shelf = new Shelf(db)
  const rest = () => carryOut(ports)
  await eventually('every shard is open', () => openShards(ports).then(() => true))
  const findDiscount = async (code: string | null | undefined): Promise<Discount | null> => {
    if (code == null) return null
    const found = await counters.discount(code)
    if (!found.ok || !found.value) throw new Error(`core has no code ${code}`)
    return found.value
  }

  return {
    ...ports,
    stack,
    db,
    core,
    desk: new GatewayDesk(stack),
    connectCore,
    connectDb,
    /** As another process has it: its own connections, and nothing shared with others. */
    anotherBook: () => postgresOrderBook(connectDb()),

    /** A SKU that is for sale, in Postgres and in core. */
    async sell(item: Partial<Item> = {}): Promise<Sku> {
      const unit = await shelf.add(item)
      await rest()
      return unit
    },

    /** A discount code that core knows; see Shelf. */
    async putCode(code: string, terms?: Terms): Promise<void> {
      await shelf.putCode(code, terms)
      await rest()
    },

    /** A placing at today's offers that core would take, or with something about it changed. */
    async placing(wanted: Wanted, change: Partial<PlacedOrder> = {}): Promise<Placing> {
      const offers = await counters.offers(wanted.map(([unit]) => unit))
      if (!offers.ok) throw new Error(offers.code)
      const lines = wanted.map(([unit, quantity]) => {
        const offer = offers.value.get(unit)
        if (!offer) throw new Error(`core has no offer of ${unit}`)
        const { version: offerVersion, priceMinor: unitPriceMinor, weightGrams, card } = offer
        return { sku: unit, quantity, offerVersion, unitPriceMinor, weightGrams, name: card.name, label: card.label }
      })
      const basket = { deliveryMethod: SHOPPER.deliveryMethod, country: SHOPPER.country, ...change }
      const discount = await findDiscount(change.code)
      const { lineDiscountsMinor, ...totals } = totalsOf({ ...basket, lines, discount })
      const discounted = lines.map((line, i) => ({ ...line, discountMinor: lineDiscountsMinor[i] ?? 0 }))
      const order: PlacedOrder = { ...SHOPPER, lines: discounted, ...totals, ...change, codeVersion: discount?.version ?? null }
      const limited = lines.map((line) => ({ ...line, limitPerCustomer: offers.value.get(line.sku)?.limitPerCustomer ?? null }))
      const allowances = allowancesOf(limited, discount, customerOf(order.email))
      // Recorded where its first line's stock is, as a cart that began with it.
      const checkoutId = checkoutIdFor(lines[0]?.sku as Sku, randomUUID)
      return { checkoutId, reservationId: randomUUID(), fingerprint: fingerprintOf(order), deadlineMs: soon(), order, allowances }
    },

    /** Runs something while the shard takes no orders, then opens it as it was. */
    async whileFenced(run: () => Promise<void>): Promise<void> {
      const epoch = (await book.epochOf(SHARD)) ?? ''
      await counters.prepare(SHARD, epoch)
      await run()
      const opened = await counters.open(SHARD, epoch)
      if (!opened.ok) throw new Error(opened.code)
    },

    /** Does everything that is waiting to be done, in this process, until nothing is. */
    rest,

    /** Lets time pass, looks at the orders and refunds that are due, and does what follows. */
    async later(ms: number): Promise<void> {
      clock.pass(ms)
      await book.wakeDueOrders(clock.now(), 1000)
      await book.wakeDueRefunds(clock.now(), 1000)
      await rest()
    },

    /** What is broken once everything has come to rest. */
    violations(): Promise<string[]> {
      const { DATABASE_URL, CORE_REDIS_URL, STRIPE_API_URL, STRIPE_SECRET_KEY } = stack.env as Record<string, string | undefined>
      return findViolations({
        databaseUrl: DATABASE_URL ?? '',
        coreUrl: CORE_REDIS_URL ?? '',
        gatewayUrl: STRIPE_API_URL ?? '',
        gatewayKey: STRIPE_SECRET_KEY ?? '',
      })
    },

    /**
     * The same where processes of their own do the work: looks until nothing is broken, and returns what was last. Orders that wait for their
     * shopper are looked at again and again, so that a moment of rest is over a moment later.
     */
    async violationsAtRest(patienceMs: number): Promise<string[]> {
      let found: string[] = []
      const look = async () => {
        found = await this.violations()
        return found.length === 0
      }
      await eventually('nothing is on its way', look, patienceMs).catch(() => {})
      return found
    },

    async stop(): Promise<void> {
      for (const end of ends.reverse()) await end()
    },
  }
}

/** A deadline that a placing of now meets, on a slow machine and behind hundreds of others too. */
export function soon(): number {
  return Date.now() + 30_000
}

const SHOPPER = {
  email: 'ann@example.com',
  name: 'Ann Field',
  street: '1 Long Road',
  city: 'Dublin',
  postcode: 'D02 XY00',
  country: 'IE',
  deliveryMethod: 'standard',
  paymentMethod: 'pm_card_visa',
  currency: 'EUR',
  code: null,
  codeVersion: null,
} as const
