import { formatMoney } from '#/domain/money.ts'
import { unreachable } from '#/domain/unreachable.ts'
import type { PlaceFailure } from '#/server/orders/place-order.ts'

/** What to tell a shopper whose order was not placed, and what to do next. */
export function placeFailureWords(failure: PlaceFailure, checkoutId: string): { message: string; orderPath?: string } {
  switch (failure.code) {
    case 'SOLD_OUT':
      return { message: failure.short.every((item) => item.available === 0) ? soldOut(failure.short.length) : fewLeft(failure.short) }
    case 'PRICE_CHANGED':
      return {
        message:
          'A price has changed since this page was shown. Nothing was ordered: the new prices are above, please look again before you place the order.',
      }
    case 'NOT_ON_SALE':
      return { message: 'Something in this order is not on sale any more. Nothing was ordered: please look at your cart again.' }
    case 'LIMIT_REACHED':
      return {
        message: `There is a limit of ${Math.min(...failure.limits.map((item) => item.limit))} to an order for something in your cart. Nothing was ordered: please change the quantity.`,
      }
    case 'BELOW_MINIMUM':
      return { message: `The least that can be paid by card is ${formatMoney({ minor: failure.minimumMinor, currency: 'EUR' })}.` }
    case 'CHECKOUT_CHANGED':
      return {
        message:
          'You placed an order from this checkout before, and what is on this page differs from it. If you want this as well, place the order once more.',
        orderPath: `/orders/${checkoutId}`,
      }
    case 'NOT_READY':
      return {
        message: 'We cannot take your order right now. Nothing was ordered or charged and your cart is kept. Please try again in a moment.',
      }
    case 'CHECKING':
      return {
        message: 'We are checking whether your order arrived. You can safely press the button again: it is never placed or charged twice.',
      }
    default:
      return unreachable(failure)
  }
}

function soldOut(things: number): string {
  return things === 1
    ? 'Sold out: the last one went to somebody else. Nothing was ordered or charged.'
    : 'Sold out: some of what you wanted went to somebody else. Nothing was ordered or charged.'
}

function fewLeft(short: readonly { available: number }[]): string {
  const [first] = short
  return short.length === 1 && first
    ? `Only ${first.available} left of something in your cart, fewer than you wanted. Nothing was ordered: please change the quantity.`
    : 'There is less left of some things in your cart than you wanted. Nothing was ordered: please change the quantities.'
}
