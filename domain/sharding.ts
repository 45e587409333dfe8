import { productCodeOf, type Sku } from './sku.ts'

/**
 * Fixed for ever: what a key names never moves to another shard. A cluster grows by spreading the shards' slots over more masters, up to
 * one shard each (docs/decisions/0012).
 */
export const INVENTORY_SHARDS = 8

export type Shard = number

export const ALL_SHARDS: readonly Shard[] = Array.from({ length: INVENTORY_SHARDS }, (_, shard) => shard)

/** The shard that holds stock, offer, reservations and intake of a SKU: by product, so that variants of one product live together. */
export function shardOf(unit: Sku): Shard {
  return fnv1a(productCodeOf(unit)) % INVENTORY_SHARDS
}

/** The shard where a discount code and its uses are counted. */
export function shardOfCode(code: string): Shard {
  return fnv1a(code) % INVENTORY_SHARDS
}

/** The shard that records a checkout's order, whatever the cart holds. */
export function recordingShardOf(checkoutId: string): Shard {
  return fnv1a(checkoutId) % INVENTORY_SHARDS
}

/**
 * An id for a checkout that is recorded where this SKU's stock is, so that a cart of one product is placed in one step. About as many ids
 * are thrown away as there are shards.
 */
export function checkoutIdFor(unit: Sku, newId: () => string): string {
  for (;;) {
    const id = newId()
    if (recordingShardOf(id) === shardOf(unit)) return id
  }
}

/** 32-bit FNV-1a over ASCII text. Source: http://www.isthe.com/chongo/tech/comp/fnv/ */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) {
    hash ^= text.charCodeAt(i)
    hash = Math.imul(hash, 0x01000193)
  }
  return hash >>> 0
}
