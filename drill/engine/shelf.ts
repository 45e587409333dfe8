import { type Shard, shardOf } from '#/domain/sharding.ts'
import { type Sku, sku } from '#/domain/sku.ts'
import { importCatalogue } from '#/prisma/seed/import-catalogue.ts'
import type { Db } from '#/server/db/client.ts'

export type Item = { readonly price: number; readonly stock: number; readonly limit: number; readonly shard: Shard }

/** Puts products of one SKU each into the catalogue, through the shop's own import: rows, first offer, first movement, word to core. */
export class Shelf {
  readonly #db: Db
  #products = 0

  constructor(db: Db) {
    this.#db = db
  }

  /** On the shard of every test, unless another is asked for. */
  async add({ price = 20_00, stock = 10, limit = 10, shard = SHARD }: Partial<Item> = {}): Promise<Sku> {
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
    return unit
  }
}

/** Where tests keep what they sell, so that carts of several things are placed in one step. */
export const SHARD = shardOf(sku('ITEM1'))
