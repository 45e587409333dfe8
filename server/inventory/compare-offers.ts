import { isDeepStrictEqual } from 'node:util'
import type { Discount } from '#/domain/discount.ts'
import { ok, type Result } from '#/domain/result.ts'
import { type Shard, shardOf, shardOfCode } from '#/domain/sharding.ts'
import type { Sku } from '#/domain/sku.ts'
import type { Ports } from '../orders/ports.ts'
import type { CoreFailure } from '../redis/core.ts'
import type { Drift } from './drift.ts'

const PAGE = 200

type Counters = Ports['counters']
type Book = Ports['book']

/** Core's copies of these SKUs' offers against those that stand in Postgres. */
export async function compareOffers(counters: Counters, book: Book, skus: readonly Sku[]): Promise<Result<Drift[], CoreFailure>> {
  const found: Drift[] = []
  for (let from = 0; from < skus.length; from += PAGE) {
    const page = skus.slice(from, from + PAGE)
    const copies = await counters.offers(page)
    if (!copies.ok) return copies
    for (const offer of await book.currentOffers(page)) {
      const inCore = copies.value.get(offer.sku)
      if (isDeepStrictEqual(inCore, offer)) continue
      const { sku: key, version } = offer
      found.push({ kind: 'OFFER_DIFFERS', shard: shardOf(key), key, inCore: inCore?.version ?? null, version })
    }
  }
  return ok(found)
}

/** Core's copies of discount codes against those that stand in Postgres. */
export async function compareCodes(
  counters: Counters,
  book: Book,
  codes: readonly string[] | 'all',
  isOpen: (shard: Shard) => boolean,
): Promise<Result<Drift[], CoreFailure>> {
  const found: Drift[] = []
  for (const discount of codes.length === 0 ? [] : await book.currentDiscounts(codes)) {
    const { code: key, version } = discount
    const shard = shardOfCode(key)
    if (!isOpen(shard)) continue
    const copy = await copyOf(counters, key)
    if (!copy.ok) return copy
    if (!isDeepStrictEqual(copy.value, discount))
      found.push({ kind: 'CODE_DIFFERS', shard, key, inCore: copy.value?.version ?? null, version })
  }
  return ok(found)
}

async function copyOf(counters: Counters, code: string): Promise<Result<Discount | null, CoreFailure>> {
  try {
    return await counters.discount(code)
  } catch {
    return ok(null)
  }
}
