import { type AllowanceKey, allowancesOf, subjectOf } from '#/domain/allowance.ts'
import { checkCharge, type NotChargeable } from '#/domain/charge.ts'
import { isInWindow } from '#/domain/discount.ts'
import { isOnSale } from '#/domain/offer.ts'
import { totalsOf } from '#/domain/pricing.ts'
import { type Failure, fail, ok, type Result } from '#/domain/result.ts'
import { type Sku, sku } from '#/domain/sku.ts'
import { unreachable } from '#/domain/unreachable.ts'
import { placeInLegs } from '../inventory/place-in-legs.ts'
import type { PlaceAnswer, Placing, StoredCheckout } from '../inventory/stock-counters.ts'
import { type Agreed, customerOf, fingerprintOf } from './placed-order.ts'
import type { Ports } from './ports.ts'

/** How long a placing may travel before core refuses it. Longer than a command's timeout, so that a late reply is settled by waiting. */
const DEADLINE_MS = 4000

/** How often a placing that core refused as late is sent anew, under a new deadline. */
const PLACE_ATTEMPTS = 3

/** Looks at core after a lost reply, the last one past the deadline. */
const SETTLE_LOOKS = 10
const SETTLE_PAUSE_MS = 500

export type PlaceRequest = {
  readonly checkoutId: string
  /** The lines the shopper was shown, with the offer version that each price came from, and where they are to go. */
  readonly agreed: Agreed
  readonly paymentMethod: string
}

export type Placed = { readonly orderId: string; readonly placedAtMs: number }

export type PlaceFailure =
  | Failure<'CHECKOUT_CHANGED'>
  | (Failure<'NOT_ON_SALE' | 'PRICE_CHANGED'> & { readonly skus: readonly Sku[] })
  | (Failure<'LIMIT_REACHED'> & { readonly limits: readonly { readonly sku: Sku; readonly limit: number }[] })
  | (Failure<'SOLD_OUT'> & { readonly short: readonly { readonly sku: Sku; readonly available: number }[] })
  /** The customer has bought as many as anybody may, in all orders together. */
  | (Failure<'CUSTOMER_LIMIT_REACHED'> & { readonly skus: readonly Sku[] })
  /** The code was used as often as it may be, by this customer or by everybody. */
  | (Failure<'CODE_USED_UP'> & { readonly promoCode: string; readonly perCustomer: boolean })
  /** The code was withdrawn, has ended, or is another one by now. */
  | (Failure<'CODE_CHANGED'> & { readonly promoCode: string })
  /** The total is another than the shopper was shown, because delivery or tax are: ask again with this one. */
  | (Failure<'TOTAL_CHANGED'> & { readonly totalMinor: number })
  | NotChargeable
  /** Nothing was taken by this press and nothing will be; what an earlier one did is not known. Trying again with the same checkout is safe. */
  | Failure<'NOT_READY'>
  /** We do not know yet whether it was placed; trying again with the same checkout is safe and settles it. */
  | Failure<'CHECKING'>

/**
 * Places an order: one atomic script on core, no Postgres on the way. "Order received" is said once core's log is on disk. The same
 * checkout with the same content is the same order, however often and from wherever it is sent.
 */
export async function placeOrder(
  { counters, clock, newId }: Pick<Ports, 'counters' | 'clock' | 'newId'>,
  { checkoutId, agreed, paymentMethod }: PlaceRequest,
): Promise<Result<Placed, PlaceFailure>> {
  const fingerprint = fingerprintOf(agreed)
  const now = await counters.now(checkoutId)
  if (!now.ok) return fail('NOT_READY')
  const priced = await priceAtOffers(counters, agreed, paymentMethod, now.value)
  if (!priced.ok) {
    // What differs by now is told only where core has said that this checkout is no order yet.
    const looked = await counters.lookForCheckout(checkoutId)
    return looked.ok ? (placedBefore(looked.value.checkout) ?? priced) : fail('NOT_READY')
  }
  for (let attempt = 1; ; attempt += 1) {
    const sentAt = await counters.now(checkoutId)
    if (!sentAt.ok) return fail('NOT_READY')
    const deadlineMs = sentAt.value + DEADLINE_MS
    const placing = { checkoutId, reservationId: newId(), fingerprint, deadlineMs, ...priced.value }
    const answer = await placeInLegs(counters, placing)
    // Another press of the same checkout is under way: its order is ours too.
    if (answer.code === 'UNKNOWN' || answer.code === 'BUSY') return settle(deadlineMs)
    // Too late, it was ours to be slow, as in a crowd: core has done nothing, and says so.
    if (answer.code !== 'TOO_LATE' || attempt === PLACE_ATTEMPTS) return toResult(answer, checkoutId, agreed)
  }

  /** What became of a placing whose reply is lost. */
  async function settle(deadlineMs: number): Promise<Result<Placed, PlaceFailure>> {
    for (let look = 1; look <= SETTLE_LOOKS; look += 1) {
      await clock.sleep(SETTLE_PAUSE_MS)
      const looked = await counters.lookForCheckout(checkoutId)
      if (!looked.ok) continue
      const before = placedBefore(looked.value.checkout)
      if (before) return before
      if (looked.value.atMs > deadlineMs) return fail('NOT_READY')
    }
    return fail('CHECKING')
  }

  /** The order that this checkout already is; null when core knows none. */
  function placedBefore(stored: StoredCheckout | null): Result<Placed, PlaceFailure> | null {
    if (!stored) return null
    return stored.fingerprint === fingerprint ? ok({ orderId: checkoutId, placedAtMs: stored.placedAtMs }) : fail('CHECKOUT_CHANGED')
  }
}

/** The whole order at today's offers, or what is different by now from what the shopper was shown. */
async function priceAtOffers(
  counters: Pick<Ports['counters'], 'offers' | 'discount'>,
  agreed: Agreed,
  paymentMethod: string,
  nowMs: number,
): Promise<Result<Pick<Placing, 'order' | 'allowances'>, PlaceFailure>> {
  const wanted = agreed.lines.map((line) => ({ ...line, sku: sku(line.sku) }))
  const [offers, discount] = await Promise.all([counters.offers(wanted.map((line) => line.sku)), readDiscount()])
  if (!offers.ok || !discount.ok) return fail('NOT_READY')
  const priced = wanted.flatMap((line) => {
    const offer = offers.value.get(line.sku)
    return offer && isOnSale(offer, nowMs) ? [{ line, offer }] : []
  })
  if (priced.length < wanted.length) {
    const onSale = new Set(priced.map(({ line }) => line.sku))
    return fail('NOT_ON_SALE', { skus: wanted.map((line) => line.sku).filter((unit) => !onSale.has(unit)) })
  }
  const changed = priced.filter(({ line, offer }) => line.offerVersion !== offer.version).map(({ line }) => line.sku)
  if (changed.length > 0) return fail('PRICE_CHANGED', { skus: changed })
  if (agreed.code !== null && (discount.value?.version !== agreed.codeVersion || !isInWindow(discount.value, nowMs))) {
    return fail('CODE_CHANGED', { promoCode: agreed.code })
  }
  const lines = priced.map(({ line, offer }) => ({
    ...line,
    unitPriceMinor: offer.priceMinor,
    weightGrams: offer.weightGrams,
    name: offer.card.name,
    label: offer.card.label,
  }))
  const { lineDiscountsMinor, ...totals } = totalsOf({ ...agreed, lines, discount: discount.value })
  if (totals.totalMinor !== agreed.totalMinor) return fail('TOTAL_CHANGED', { totalMinor: totals.totalMinor })
  const charge = checkCharge(totals)
  if (!charge.ok) return charge
  const discounted = lines.map((line, i) => ({ ...line, discountMinor: lineDiscountsMinor[i] ?? 0 }))
  const limited = priced.map(({ line, offer }) => ({ ...line, limitPerCustomer: offer.limitPerCustomer }))
  return ok({
    order: { ...agreed, lines: discounted, paymentMethod, ...totals, currency: 'EUR' },
    allowances: allowancesOf(limited, discount.value, customerOf(agreed.email)),
  })

  async function readDiscount() {
    return agreed.code === null ? ok(null) : counters.discount(agreed.code)
  }
}

function toResult(
  answer: Exclude<PlaceAnswer, { code: 'UNKNOWN' | 'BUSY' }>,
  orderId: string,
  agreed: Agreed,
): Result<Placed, PlaceFailure> {
  switch (answer.code) {
    case 'PLACED':
    case 'SEEN':
      return ok({ orderId, placedAtMs: answer.placedAtMs })
    case 'CHECKOUT_CHANGED':
      return fail('CHECKOUT_CHANGED')
    case 'NOT_ON_SALE':
    case 'PRICE_CHANGED':
      return fail(answer.code, { skus: answer.skus })
    case 'CODE_CHANGED':
      return fail('CODE_CHANGED', { promoCode: agreed.code ?? '' })
    case 'USED_UP':
      return usedUp(answer.allowances, agreed)
    case 'LIMIT_REACHED':
      return fail('LIMIT_REACHED', { limits: answer.limits })
    case 'SOLD_OUT':
      return fail('SOLD_OUT', { short: answer.short })
    case 'NOT_READY':
    case 'TOO_LATE':
    case 'VOIDED':
    case 'BACKLOG_FULL':
      return fail('NOT_READY')
    default:
      return unreachable(answer)
  }
}

function usedUp(keys: readonly AllowanceKey[], agreed: Agreed): PlaceFailure {
  const subjects = keys.map(subjectOf)
  const skus = subjects.flatMap((subject) => (subject.kind === 'sku' ? [subject.sku] : []))
  if (skus.length > 0) return fail('CUSTOMER_LIMIT_REACHED', { skus })
  const perCustomer = !subjects.some((subject) => subject.kind === 'code' && !subject.perCustomer)
  return fail('CODE_USED_UP', { promoCode: agreed.code ?? '', perCustomer })
}
