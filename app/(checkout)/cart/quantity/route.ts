import { setQuantity } from '#/domain/cart.ts'
import { changeCart } from '#/server/web/change-cart.ts'

/** Sets the quantity of a line; 0 removes it. */
export function POST(request: Request): Promise<Response> {
  return changeCart(request, 0, async (lines, { sku, quantity }) => setQuantity(lines, sku, quantity))
}
