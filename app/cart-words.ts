import { CART_MAX_LINES, LINE_MAX_QUANTITY } from '#/domain/cart.ts'
import type { CartRefusal, LineProblem } from '#/domain/cart-view.ts'
import { unreachable } from '#/domain/unreachable.ts'

const REFUSALS: Readonly<Record<CartRefusal, string>> = {
  CART_FULL: `A cart holds ${CART_MAX_LINES} different things. Please order these first.`,
  CODE_UNKNOWN: 'We do not know that code. Please look at how it is spelled.',
  CODE_NOT_YET: 'That code does not apply yet. Your cart is as it was.',
  CODE_ENDED: 'That code has ended. Your cart is as it was.',
  AWAY: 'We cannot look up codes right now. Your cart is as it was; please try again in a moment.',
  NOT_SOLD: 'We do not sell that, or not any more. Your cart is as it was.',
  TOO_MANY: `We sell at most ${LINE_MAX_QUANTITY} of one thing at a time. Your cart is as it was.`,
  TOO_FAST: 'That was a great many changes at once. Your cart is as it was; please try again shortly.',
  UNREADABLE: `We could not read that: a quantity is a whole number up to ${LINE_MAX_QUANTITY}. Your cart is as it was.`,
}

/** Why a change of the cart was not made, on the cart page and in the drawer; null for what is no such reason. */
export function refusalWords(code: string): string | null {
  return Object.hasOwn(REFUSALS, code) ? REFUSALS[code as CartRefusal] : null
}

/** What stands in the way of ordering a line. */
export function problemWords(problem: LineProblem): string {
  switch (problem.code) {
    case 'NOT_ON_SALE':
      return 'This is not on sale right now and will not be ordered.'
    case 'SOLD_OUT':
      return 'Sold out.'
    case 'FEW_LEFT':
      return `Only ${problem.available} left.`
    case 'ORDER_LIMIT':
      return `At most ${problem.limit} to an order.`
    case 'CUSTOMER_LIMIT':
      return `At most ${problem.limit} per customer.`
    default:
      return unreachable(problem)
  }
}
