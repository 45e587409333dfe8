import { type CodeProblem, checkDiscount } from '#/domain/apply-discount.ts'
import type { CartLine } from '#/domain/cart.ts'
import type { Country } from '#/domain/countries.ts'
import type { Discount } from '#/domain/discount.ts'
import { isOnSale, type Offer } from '#/domain/offer.ts'
import { type DeliveryMethod, type Totals, totalsOf } from '#/domain/pricing.ts'
import { type Failure, fail, ok, type Result } from '#/domain/result.ts'
import type { Sku } from '#/domain/sku.ts'
import type { Ports } from '../orders/ports.ts'
import type { Cart } from './cart-cookie.ts'

export type PricedLine = CartLine & {
  readonly offer: Offer
  /** False when the SKU's sale has ended or has not begun. */
  readonly onSale: boolean
  /** Units that could be taken right now; null when nobody can say. */
  readonly available: number | null
}

/** A code, and what it would do for the lines that are on sale, or what stands in its way. */
export type PricedCode = { readonly code: string; readonly check: Result<Discount, CodeProblem> }

/** A cart's lines at today's offers, its code, and the SKUs that nobody sells any more. */
export type PricedCart = { readonly lines: readonly PricedLine[]; readonly unknown: readonly Sku[]; readonly code: PricedCode | null }

/** From core, which the placing will ask too; from Postgres while core is away, without stock. Fails only when both are. */
export async function priceCart(
  { counters, book, clock }: Pick<Ports, 'counters' | 'book' | 'clock'>,
  cart: Pick<Cart, 'lines' | 'code'>,
): Promise<Result<PricedCart, Failure<'AWAY'>>> {
  const skus = cart.lines.map((line) => line.sku)
  const [offers, discount, available] = await Promise.all([
    coreOrBook(counters.offers(skus), async () => new Map((await book.currentOffers(skus)).map((offer) => [offer.sku, offer]))),
    cart.code === null ? ok(null) : readCode(cart.code),
    counters.available(skus),
  ])
  if (!offers.ok) return offers
  if (!discount.ok) return discount
  const nowMs = clock.now()
  const lines = cart.lines.flatMap((line) => {
    const offer = offers.value.get(line.sku)
    if (!offer) return []
    return [{ ...line, offer, onSale: isOnSale(offer, nowMs), available: available.ok ? (available.value.get(line.sku) ?? 0) : null }]
  })
  const code = cart.code === null ? null : { code: cart.code, check: checkCode(discount.value, lines, nowMs) }
  return ok({ lines, unknown: skus.filter((unit) => !offers.value.has(unit)), code })

  function readCode(code: string) {
    return coreOrBook(counters.discount(code), async () => (await book.currentDiscounts([code]))[0] ?? null)
  }
}

/** What a cart comes to for each way of delivery, of what is on sale and with its code where that applies. */
export function cartTotals({ lines, code }: PricedCart, country: Country): Record<DeliveryMethod, Totals> {
  const discount = code?.check.ok ? code.check.value : null
  const totals = (deliveryMethod: DeliveryMethod) => totalsOf({ lines: costsOf(lines), deliveryMethod, country, discount })
  return { standard: totals('standard'), express: totals('express') }
}

function checkCode(discount: Discount | null, lines: readonly PricedLine[], nowMs: number): Result<Discount, CodeProblem> {
  if (!discount) return fail('CODE_UNKNOWN')
  const applies = checkDiscount(discount, costsOf(lines), nowMs)
  return applies.ok ? ok(discount) : applies
}

function costsOf(lines: readonly PricedLine[]) {
  return lines
    .filter((line) => line.onSale)
    .map(({ sku, quantity, offer }) => ({ sku, quantity, unitPriceMinor: offer.priceMinor, weightGrams: offer.weightGrams }))
}

async function coreOrBook<T>(inCore: Promise<Result<T>>, inBook: () => Promise<T>): Promise<Result<T, Failure<'AWAY'>>> {
  const found = await inCore
  if (found.ok) return found
  try {
    return ok(await inBook())
  } catch {
    return fail('AWAY')
  }
}
