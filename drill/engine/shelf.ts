import type { Discount } from '#/domain/discount.ts'
import { type Shard, shardOf } from '#/domain/sharding.ts'
import { type Sku, sku } from '#/domain/sku.ts'
import { importCatalogue } from '#/prisma/seed/import-catalogue.ts'
import type { Db } from '#/server/db/client.ts'

export type Item = {
  readonly price: number
  readonly stock: number
  readonly limit: number
  readonly limitPerCustomer: number | null
  readonly shard: Shard
}

export type Terms = Partial<Omit<Discount, 'code' | 'version'>>

/** Puts products of one SKU each into the catalogue, through the shop's own import: rows, first offer, first movement, word to core. */
export class Shelf {
  readonly #db: Db
  #products = 0

  constructor(db: Db) {
    this.#db = db
  }

  /** On the shard of every test, unless another is asked for. */
  async add({ price = 20_00, stock = 10, limit = 10, limitPerCustomer = null, shard = SHARD }: Partial<Item> = {}): Promise<Sku> {
    do this.#products += 1
    while (shardOf(sku(`ITEM${this.#products}`)) !== shard)
    const code = `ITEM${this.#products}`
    const unit = sku(code)
    const product = {
      code,
      slug: code.toLowerCase(),
      name: `Item ${this.#products}`,
      summary: 'For a test.',
      text: ['For a test.'],
      details: {},
      photos: [],
      featured: false,
      options: [],
      variants: [{ sku: unit, choices: {}, price, was: null, stock, grams: 100, limit }],
    }
    await importCatalogue(this.#db, [{ slug: `of-${code}`, name: code, description: '', products: [product] }], new Map())
    if (limitPerCustomer !== null) await this.#db.offer.updateMany({ where: { sku: unit }, data: { limitPerCustomer } })
    return unit
  }

  /** A discount code, or its next version; 10 % off for everybody unless told otherwise. */
  async putCode(code: string, terms: Terms = {}): Promise<void> {
    const { kind = 'percentage', value = 1000, minimumMinor = 0, maxUses = null, maxUsesPerCustomer = null, skus } = terms
    const standing = await this.#db.discountCode.findUnique({ where: { code } })
    const version = (standing?.version ?? 0) + 1
    await this.#db.$transaction([
      this.#db.discountCode.upsert({ where: { code }, create: { code, version }, update: { version } }),
      this.#db.discountCodeVersion.create({
        data: { code, version, kind, value, minimumMinor, maxUses, maxUsesPerCustomer, skus: [...(skus ?? [])], createdAt: new Date() },
      }),
      this.#db.outboxMessage.create({ data: { topic: 'code.changed', subject: code } }),
    ])
  }
}

/** Where tests keep what they sell, so that carts of several things are placed in one step. */
export const SHARD = shardOf(sku('ITEM1'))
