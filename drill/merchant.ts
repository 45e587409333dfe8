import { formatMoney } from '#/domain/money.ts'
import type { Sku } from '#/domain/sku.ts'
import { tags } from '#/server/cache/manifest.ts'
import { edit } from '#/server/catalog/edit.ts'
import { restock, setPrice, withdraw } from '#/server/catalog/edit-catalog.ts'
import { endCode, putCode } from '#/server/catalog/edit-codes.ts'
import { connectDatabase, type Db } from '#/server/db/client.ts'

/** A price as pages have it. */
export function inWords(minor: number): string {
  return formatMoney({ minor, currency: 'EUR' })
}

/** Who runs the shop during a drill: changes stock and prices the way the product does, and looks into the books. */
export class Merchant {
  readonly #db: Db
  readonly #storeUrl: string

  constructor(databaseUrl: string, storeUrl: string) {
    this.#db = connectDatabase(databaseUrl, 2)
    this.#storeUrl = storeUrl
  }

  /** Has exactly so many units free to be sold, and waits until shoppers see them. */
  async offer(sku: Sku, units: number): Promise<void> {
    const { onHand, allocated } = await this.#db.stock.findUniqueOrThrow({ where: { sku } })
    const change = units - (onHand - allocated)
    if (change !== 0) await restock(this.#db, sku, change, Date.now())
    await until(`${units} of ${sku} are on offer`, async () => (await this.available(sku)) === units)
  }

  async available(sku: Sku): Promise<number | undefined> {
    const response = await fetch(`${this.#storeUrl}/api/stock?sku=${sku}`, { signal: AbortSignal.timeout(5000) })
    const stock = (await response.json()) as Record<string, { available: number }>
    return stock[sku]?.available
  }

  async setPrice(sku: Sku, priceMinor: number): Promise<void> {
    const set = await setPrice(this.#db, sku, priceMinor, Date.now())
    if (!set.ok) throw new Error(set.code)
    await this.#untilTold(sku)
  }

  async withdraw(sku: Sku): Promise<void> {
    const withdrawn = await withdraw(this.#db, sku, Date.now())
    if (!withdrawn.ok) throw new Error(withdrawn.code)
    await this.#untilTold(sku)
  }

  /** Has a sale go on for so long from now. */
  async runSale(slug: string, ms: number): Promise<void> {
    const endsAt = new Date(Date.now() + ms)
    await edit(this.#db, async (tx, touched) => {
      await tx.sale.update({ where: { slug }, data: { endsAt } })
      touched.tags(tags.catalogue)
    })
  }

  /** A percentage off everything. */
  async putCode(code: string, basisPoints: number): Promise<void> {
    const terms = { kind: 'percentage', value: basisPoints, minimumMinor: 0, maxUses: null, maxUsesPerCustomer: null, skus: null } as const
    const put = await putCode(this.#db, { code, ...terms, startsAtMs: null, endsAtMs: null }, Date.now())
    if (!put.ok) throw new Error(put.code)
    await this.#untilTold(code)
  }

  async endCode(code: string): Promise<void> {
    const ended = await endCode(this.#db, code, Date.now())
    if (!ended.ok) throw new Error(ended.code)
    await this.#untilTold(code)
  }

  /** Some that are sold, in the order of their names. */
  async someSkus(count: number): Promise<string[]> {
    const variants = await this.#db.variant.findMany({ where: { withdrawnAt: null }, orderBy: { sku: 'asc' }, take: count })
    return variants.map(({ sku }) => sku)
  }

  /** States of orders by id; one that Postgres does not have is absent. */
  async orderStates(): Promise<Map<string, string>> {
    const orders = await this.#db.order.findMany({ select: { id: true, state: true } })
    return new Map(orders.map(({ id, state }) => [id, state]))
  }

  /** What the orders that are paid come to, in cents. */
  async takingsMinor(): Promise<number> {
    const { _sum } = await this.#db.order.aggregate({ where: { state: 'CONFIRMED' }, _sum: { totalMinor: true } })
    return _sum.totalMinor ?? 0
  }

  deadLetters(): Promise<{ orderId: string; reason: string }[]> {
    return this.#db.deadLetter.findMany({ select: { orderId: true, reason: true }, orderBy: { entryId: 'asc' } })
  }

  /** Until core has heard of the newest offer of a SKU, or version of a code. */
  async #untilTold(subject: string): Promise<void> {
    const waiting = () => this.#db.outboxMessage.count({ where: { topic: { in: ['offer.changed', 'code.changed'] }, subject } })
    await until(`core has heard of the newest ${subject}`, async () => (await waiting()) === 0)
  }

  close(): Promise<void> {
    return this.#db.$disconnect()
  }
}

const LOOK_MS = 50

/** Waits for something to come true, and says what did not. A probe that throws counts as no; what it expects is held to each time. */
export async function until(what: string, isTrue: () => Promise<boolean>, withinMs = 60_000): Promise<void> {
  const giveUpAt = Date.now() + withinMs
  while (!(await isTrue().catch(unlessExpected))) {
    if (Date.now() > giveUpAt) throw new Error(`within ${withinMs / 1000} s it did not come true that ${what}`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}

function unlessExpected(error: unknown): false {
  if (error instanceof Error && error.name === 'AssertionError') throw error
  return false
}
