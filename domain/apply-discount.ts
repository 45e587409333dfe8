import type { Discount } from './discount.ts'
import { type Failure, fail, ok, type Result } from './result.ts'
import type { Sku } from './sku.ts'

export type CostedLine = { readonly sku: Sku; readonly quantity: number; readonly unitPriceMinor: number }

/** Why a code takes nothing off right now, in the order in which a shopper can do something about it. */
export type CodeObstacle =
  | (Failure<'CODE_NOT_YET'> & { readonly startsAtMs: number })
  | Failure<'CODE_ENDED'>
  | Failure<'CODE_NOT_FOR_THESE'>
  | (Failure<'CODE_BELOW_MINIMUM'> & { readonly minimumMinor: number })

export type CodeProblem = CodeObstacle | Failure<'CODE_UNKNOWN'>

/** Whether a code would take something off these lines at that time, or what stands in its way. */
export function checkDiscount(discount: Discount, lines: readonly CostedLine[], nowMs: number): Result<void, CodeObstacle> {
  const { startsAtMs, endsAtMs, minimumMinor } = discount
  if (nowMs < startsAtMs) return fail('CODE_NOT_YET', { startsAtMs })
  if (nowMs >= endsAtMs) return fail('CODE_ENDED')
  if (!lines.some((line) => isFor(discount, line.sku))) return fail('CODE_NOT_FOR_THESE')
  return discountApplies(discount, lines) ? ok(undefined) : fail('CODE_BELOW_MINIMUM', { minimumMinor })
}

/** Whether it fits the lines: they reach its minimum, and one of them at least is what it is for. Its time is not asked. */
export function discountApplies(discount: Discount, lines: readonly CostedLine[]): boolean {
  return subtotalOf(lines) >= discount.minimumMinor && lines.some((line) => isFor(discount, line.sku))
}

/**
 * What it takes off each line, in their order: over the lines that it is for, in proportion to what they cost, and what rounding leaves a
 * cent each to the first of them. Never more than a line costs; the sum does not depend on the order of lines.
 */
export function spreadDiscount(lines: readonly CostedLine[], discount: Discount): number[] {
  if (discount.kind === 'free-delivery') return lines.map(() => 0)
  const costs = lines.map((line) => (isFor(discount, line.sku) ? line.quantity * line.unitPriceMinor : 0))
  const base = costs.reduce((sum, cost) => sum + cost, 0)
  if (base === 0) return costs
  const off = discount.kind === 'amount' ? Math.min(discount.value, base) : shareOf(base, Math.min(discount.value, 10_000), 10_000)
  const shares = costs.map((cost) => shareOf(off, cost, base))
  let left = off - shares.reduce((sum, share) => sum + share, 0)
  return shares.map((share, i) => {
    const more = left > 0 && share < (costs[i] ?? 0) ? 1 : 0
    left -= more
    return share + more
  })
}

export function subtotalOf(lines: readonly CostedLine[]): number {
  return lines.reduce((sum, line) => sum + line.quantity * line.unitPriceMinor, 0)
}

function isFor({ skus }: Discount, sku: Sku): boolean {
  return skus === null || skus.includes(sku)
}

/** amount × part / whole, rounded down; exact also where the product is more than a double holds. */
function shareOf(amount: number, part: number, whole: number): number {
  const product = amount * part
  return Number.isSafeInteger(product) ? Math.floor(product / whole) : Number((BigInt(amount) * BigInt(part)) / BigInt(whole))
}
