import { MAXIMUM_CHARGE } from './charge.ts'
import type { Sku } from './sku.ts'

/**
 * An immutable version of a discount code. `percentage` is in basis points (1,000 = 10 %) of the lines that it is for, `amount` in minor
 * units, and `free-delivery` has no value. Times are milliseconds since the epoch.
 */
export type Discount = {
  readonly code: string
  readonly version: number
  readonly kind: DiscountKind
  readonly value: number
  /** The least that all lines together must cost. */
  readonly minimumMinor: number
  /** Orders that may use it in all, and orders of one customer; null for as many as they like. */
  readonly maxUses: number | null
  readonly maxUsesPerCustomer: number | null
  readonly startsAtMs: number
  readonly endsAtMs: number
  /** What it is for; null for everything. */
  readonly skus: readonly Sku[] | null
}

export const DISCOUNT_KINDS = ['percentage', 'amount', 'free-delivery'] as const
export type DiscountKind = (typeof DISCOUNT_KINDS)[number]

export const CODE_MAX_LENGTH = 24
const PATTERN = /^[A-Z0-9][A-Z0-9-]{2,23}$/

/** What a merchant may give a code, least and most; `value` by kind. */
export const CODE_BOUNDS = {
  value: { percentage: [1, 10_000], amount: [1, MAXIMUM_CHARGE.EUR.minor], 'free-delivery': [0, 0] },
  minimumMinor: [0, MAXIMUM_CHARGE.EUR.minor],
  maxUses: [1, 1_000_000_000],
  maxUsesPerCustomer: [1, 1_000_000_000],
  skus: [1, 200],
} as const

/** A code as it is kept: typed in any case, with spaces around; null for what no code looks like. */
export function toCode(typed: string): string | null {
  if (typed.length > 4 * CODE_MAX_LENGTH) return null
  const code = typed.trim().toUpperCase()
  return PATTERN.test(code) ? code : null
}

export function isInWindow({ startsAtMs, endsAtMs }: Pick<Discount, 'startsAtMs' | 'endsAtMs'>, nowMs: number): boolean {
  return startsAtMs <= nowMs && nowMs < endsAtMs
}
