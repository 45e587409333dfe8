import { type Failure, fail, ok, type Result } from './result.ts'
import { unreachable } from './unreachable.ts'

export type RefundableLine = {
  readonly position: number
  readonly quantity: number
  readonly unitPriceMinor: number
  readonly discountMinor: number
  readonly shipped: number
  readonly dropped: number
  readonly returned: number
}

/** What was paid and, of that, is back or on its way back already; lines of an order that holds nothing are left out. */
export type Refundable = { readonly capturedMinor: number; readonly refundedMinor: number; readonly lines: readonly RefundableLine[] }

export type Units = { readonly position: number; readonly quantity: number }

/** Everything that is left, some units with what they cost, or money alone. */
export type RefundWish =
  | { readonly kind: 'all' }
  | { readonly kind: 'units'; readonly units: readonly Units[] }
  | { readonly kind: 'amount'; readonly amountMinor: number }

/** `dropped` of a line's units had not been shipped yet, `returned` had. */
export type RefundPlan = {
  readonly amountMinor: number
  readonly lines: readonly { readonly position: number; readonly dropped: number; readonly returned: number }[]
}

export type RefundRefusal =
  | Failure<'NOTHING_LEFT'>
  | (Failure<'UNKNOWN_LINE'> & { readonly position: number })
  | (Failure<'TOO_MANY_UNITS'> & { readonly position: number; readonly left: number })
  | (Failure<'TOO_MUCH'> & { readonly leftMinor: number })

/**
 * What a wish comes to. Units give back their share of everything that was paid, delivery and tax included, and never more than is left:
 * what was given back as an amount before is missing from the last of them. Of a line's units those go first that were not shipped.
 */
export function planRefund(order: Refundable, wish: RefundWish): Result<RefundPlan, RefundRefusal> {
  const leftMinor = order.capturedMinor - order.refundedMinor
  switch (wish.kind) {
    case 'amount':
      if (leftMinor === 0) return fail('NOTHING_LEFT')
      return wish.amountMinor > leftMinor ? fail('TOO_MUCH', { leftMinor }) : ok({ amountMinor: wish.amountMinor, lines: [] })
    case 'all': {
      const lines = order.lines.filter((line) => openUnits(line) > 0).map((line) => take(line, openUnits(line)))
      return leftMinor === 0 && lines.length === 0 ? fail('NOTHING_LEFT') : ok({ amountMinor: leftMinor, lines })
    }
    case 'units':
      return planUnits(order, wish.units, leftMinor)
    default:
      return unreachable(wish)
  }
}

function planUnits(order: Refundable, units: readonly Units[], leftMinor: number): Result<RefundPlan, RefundRefusal> {
  const worths = worthOfLines(order)
  const lines: RefundPlan['lines'][number][] = []
  let amountMinor = 0
  for (const { position, quantity } of inSum(units)) {
    const line = order.lines.find((candidate) => candidate.position === position)
    if (!line) return fail('UNKNOWN_LINE', { position })
    const left = openUnits(line)
    if (quantity > left) return fail('TOO_MANY_UNITS', { position, left })
    const before = line.quantity - left
    const worth = worths.get(position) ?? 0
    amountMinor += shareOf(worth, before + quantity, line.quantity) - shareOf(worth, before, line.quantity)
    lines.push(take(line, quantity))
  }
  return lines.length === 0 ? fail('NOTHING_LEFT') : ok({ amountMinor: Math.min(amountMinor, leftMinor), lines })
}

/** What a line came to of all that was paid, by position: in proportion to its price after discount, to the cent, in sum exactly that. */
function worthOfLines({ capturedMinor, lines }: Refundable): Map<number, number> {
  const costs = lines.map((line) => line.quantity * line.unitPriceMinor - line.discountMinor)
  const isFree = costs.every((cost) => cost === 0)
  // Where only delivery was paid, each unit came with its share of that.
  const weights = isFree ? lines.map((line) => line.quantity) : costs
  const sum = weights.reduce((total, weight) => total + weight, 0)
  let before = 0
  return new Map(
    lines.map((line, i) => {
      const upTo = before + (weights[i] ?? 0)
      const worth = shareOf(capturedMinor, upTo, sum) - shareOf(capturedMinor, before, sum)
      before = upTo
      return [line.position, worth]
    }),
  )
}

/** The first `part` of `of` equal shares of an amount, rounded down: all of them together are the amount. Products pass 2^53. */
function shareOf(amountMinor: number, part: number, of: number): number {
  return Number((BigInt(amountMinor) * BigInt(part)) / BigInt(of))
}

/** Units whose money nobody has decided about yet. */
export function openUnits({ quantity, dropped, returned }: RefundableLine): number {
  return quantity - dropped - returned
}

export function unshippedUnits({ quantity, shipped, dropped }: Pick<RefundableLine, 'quantity' | 'shipped' | 'dropped'>): number {
  return quantity - shipped - dropped
}

function take(line: RefundableLine, quantity: number): RefundPlan['lines'][number] {
  const dropped = Math.min(quantity, unshippedUnits(line))
  return { position: line.position, dropped, returned: quantity - dropped }
}

/** Each position once, in order. */
export function inSum(units: readonly Units[]): Units[] {
  const sums = new Map<number, number>()
  for (const { position, quantity } of units) sums.set(position, (sums.get(position) ?? 0) + quantity)
  return [...sums].sort(([a], [b]) => a - b).map(([position, quantity]) => ({ position, quantity }))
}
