import { addToCart } from '#/domain/cart.ts'
import { isOnSale } from '#/domain/offer.ts'
import { fail } from '#/domain/result.ts'
import type { Sku } from '#/domain/sku.ts'
import { changeCart } from '#/server/web/change-cart.ts'
import { runtime } from '#/server/web/runtime.ts'

/** Adds units to the cart: the buy form of a static page posts here, whatever build that page is from. */
export function POST(request: Request): Promise<Response> {
  return changeCart(request, 1, async (lines, { sku, quantity }) =>
    (await isSold(sku)) ? addToCart(lines, sku, quantity) : fail('NOT_SOLD', { sku }),
  )
}

/** While core is away everything may go into the cart, which tells what cannot be ordered. */
async function isSold(sku: Sku): Promise<boolean> {
  const { counters, clock } = runtime().ports
  const offers = await counters.offers([sku])
  if (!offers.ok) return true
  const offer = offers.value.get(sku)
  return offer !== undefined && isOnSale(offer, clock.now())
}
