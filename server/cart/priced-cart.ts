import type { CartLine } from '#/domain/cart.ts'
import { isOnSale, type Offer } from '#/domain/offer.ts'
import { type Failure, fail, ok, type Result } from '#/domain/result.ts'
import type { Sku } from '#/domain/sku.ts'
import type { Ports } from '../orders/ports.ts'

export type PricedLine = CartLine & {
  readonly offer: Offer
  /** False when the SKU's sale has ended or has not begun. */
  readonly onSale: boolean
  /** Units that could be taken right now; null when nobody can say. */
  readonly available: number | null
}

/** A cart's lines at today's offers, and the SKUs that nobody sells any more. */
export type PricedCart = { readonly lines: readonly PricedLine[]; readonly unknown: readonly Sku[] }

/** From core, which the placing will ask too; from Postgres while core is away, without stock. Fails only when both are. */
export async function priceCart(
  { counters, book, clock }: Pick<Ports, 'counters' | 'book' | 'clock'>,
  cart: readonly CartLine[],
): Promise<Result<PricedCart, Failure<'AWAY'>>> {
  const skus = cart.map((line) => line.sku)
  const [offers, available] = await Promise.all([readOffers(), counters.available(skus)])
  if (!offers) return fail('AWAY')
  const nowMs = clock.now()
  const lines = cart.flatMap((line) => {
    const offer = offers.get(line.sku)
    if (!offer) return []
    return [{ ...line, offer, onSale: isOnSale(offer, nowMs), available: available.ok ? (available.value.get(line.sku) ?? 0) : null }]
  })
  return ok({ lines, unknown: skus.filter((unit) => !offers.has(unit)) })

  async function readOffers(): Promise<Map<Sku, Offer> | null> {
    const current = await counters.offers(skus)
    if (current.ok) return current.value
    try {
      return new Map((await book.currentOffers(skus)).map((offer) => [offer.sku, offer]))
    } catch {
      return null
    }
  }
}
