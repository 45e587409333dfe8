import { productCodeOf, type Sku } from './sku.ts'

/** Fixed for ever: a SKU never moves to another shard. A cart spans shards only once there are several (docs/decisions/0004). */
export const INVENTORY_SHARDS = 1

export type Shard = number

export const ALL_SHARDS: readonly Shard[] = Array.from({ length: INVENTORY_SHARDS }, (_, shard) => shard)

/** The shard that holds stock, offer, reservations and intake of a SKU: by product, so that variants of one product live together. */
export function shardOf(unit: Sku): Shard {
  return fnv1a(productCodeOf(unit)) % INVENTORY_SHARDS
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

/** The shard where a discount code and its uses are counted. */
export function shardOfCode(code: string): Shard {
  return fnv1a(code) % INVENTORY_SHARDS
}

/** The shard that records a checkout's order, whatever the cart holds. */
export function recordingShardOf(checkoutId: string): Shard {
  return fnv1a(checkoutId) % INVENTORY_SHARDS
}
