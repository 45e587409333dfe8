import { addToCart } from '#/domain/cart.ts'
import { changeCart } from '#/server/web/change-cart.ts'

/** Adds units to the cart: the buy form of a static page posts here, whatever build that page is from. */
export function POST(request: Request): Promise<Response> {
  return changeCart(request, 1, (lines, { sku, quantity }) => addToCart(lines, sku, quantity))
}
