import { type AllowanceKey, shardOfAllowance } from './allowance.ts'
import { type Shard, shardOf } from './sharding.ts'
import type { Sku } from './sku.ts'

/**
 * What core counts and Postgres keeps a ledger of: the units of a SKU, or the uses of an allowance. Both have a version, movements and
 * reservations; an allowance's count in core is what was used, below zero, and its limit comes with each placing.
 */
export type CounterKey = Sku | AllowanceKey

/** SKUs have no colon, allowances do. */
export function isAllowance(key: CounterKey): key is AllowanceKey {
  return key.includes(':')
}

export function shardOfCounter(key: CounterKey): Shard {
  return isAllowance(key) ? shardOfAllowance(key) : shardOf(key)
}
