import type { Discount } from './discount.ts'
import { type Shard, shardOf, shardOfCode } from './sharding.ts'
import { type Sku, sku } from './sku.ts'

/**
 * What is limited and is not stock: uses of a discount code, of a code by one customer, units of a SKU by one customer. It is taken in the
 * same step as stock, guarded at intake, moved by movements and given back with the order.
 */
export type Allowance = {
  readonly key: AllowanceKey
  readonly units: number
  /** Units that may be used in all, as the offer or the code's version says that the order names. */
  readonly limit: number
}

/** `code:SPRING`, `code:SPRING:<customer>` or `sku:LAMP:<customer>`. */
export type AllowanceKey = string & { readonly __brand: 'AllowanceKey' }

/** What an order uses of what is limited, in key order. `customer` is an opaque id without colons; limits that are null use nothing. */
export function allowancesOf(
  lines: readonly { readonly sku: Sku; readonly quantity: number; readonly limitPerCustomer: number | null }[],
  discount: Pick<Discount, 'code' | 'maxUses' | 'maxUsesPerCustomer'> | null,
  customer: string,
): Allowance[] {
  const allowances: Allowance[] = []
  for (const line of lines) {
    if (line.limitPerCustomer === null) continue
    allowances.push({ key: `sku:${line.sku}:${customer}` as AllowanceKey, units: line.quantity, limit: line.limitPerCustomer })
  }
  if (discount?.maxUses != null) allowances.push({ key: `code:${discount.code}` as AllowanceKey, units: 1, limit: discount.maxUses })
  if (discount?.maxUsesPerCustomer != null) {
    allowances.push({ key: `code:${discount.code}:${customer}` as AllowanceKey, units: 1, limit: discount.maxUsesPerCustomer })
  }
  return allowances.sort((a, b) => (a.key < b.key ? -1 : 1))
}

/** A SKU's allowances live with its stock, a code's with the code, so that each is one step with what it limits. */
export function shardOfAllowance(key: AllowanceKey): Shard {
  const [kind, name = ''] = key.split(':')
  return kind === 'sku' ? shardOf(sku(name)) : shardOfCode(name)
}

/** What an allowance limits: a SKU for one customer, or a code, for one customer or for all. */
export type AllowanceSubject =
  | { readonly kind: 'sku'; readonly sku: Sku }
  | { readonly kind: 'code'; readonly code: string; readonly perCustomer: boolean }

export function subjectOf(key: AllowanceKey): AllowanceSubject {
  const [kind, name = '', customer] = key.split(':')
  return kind === 'sku' ? { kind: 'sku', sku: sku(name) } : { kind: 'code', code: name, perCustomer: customer !== undefined }
}
