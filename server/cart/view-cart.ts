import { LINE_MAX_QUANTITY } from '#/domain/cart.ts'
import type { CartLineView, CartView, CodeView, LineProblem } from '#/domain/cart-view.ts'
import type { Country } from '#/domain/countries.ts'
import { ok } from '#/domain/result.ts'
import { cartTotals, type PricedCart, type PricedCode, type PricedLine } from './priced-cart.ts'

/** A priced cart as a shopper may see it: no versions, no bounds of a code, no stock beyond what matters to the line. */
export function viewCart(priced: PricedCart, country: Country): CartView {
  const { lines, unknown, code } = priced
  return { lines: lines.map(viewLine), unknown, code: code && viewCode(code, lines), totals: cartTotals(priced, country), country }
}

function viewLine(line: PricedLine): CartLineView {
  const { sku, quantity, onSale, offer } = line
  const { card, priceMinor: unitPriceMinor, currency, limitPerOrder, limitPerCustomer } = offer
  const maxQuantity = Math.min(limitPerOrder, limitPerCustomer ?? LINE_MAX_QUANTITY, LINE_MAX_QUANTITY)
  const { slug, name, label, image: picture } = card
  return { sku, slug, name, label, picture, quantity, maxQuantity, unitPriceMinor, currency, onSale, problem: problemOf(line) }
}

function problemOf({ onSale, available, quantity, offer }: PricedLine): LineProblem | null {
  if (!onSale) return { code: 'NOT_ON_SALE' }
  if (available === 0) return { code: 'SOLD_OUT' }
  if (available !== null && available < quantity) return { code: 'FEW_LEFT', available }
  if (quantity > offer.limitPerOrder) return { code: 'ORDER_LIMIT', limit: offer.limitPerOrder }
  const limit = offer.limitPerCustomer
  return limit !== null && quantity > limit ? { code: 'CUSTOMER_LIMIT', limit } : null
}

function viewCode({ code, check }: PricedCode, lines: readonly PricedLine[]): CodeView {
  if (!check.ok) return { code, check }
  const { kind, value, skus } = check.value
  const held = skus && lines.map((line) => line.sku).filter((sku) => skus.includes(sku))
  return { code, check: ok({ kind, value, skus: held }) }
}
