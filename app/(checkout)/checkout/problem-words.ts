import { formatMoney } from '#/domain/money.ts'
import { unreachable } from '#/domain/unreachable.ts'
import type { CheckoutProblem } from '#/server/cart/checkout-note.ts'

/** What to tell a shopper whose order was not placed, and what to do next. `nameOf` gives a SKU's name. */
export function problemWords(problem: CheckoutProblem, nameOf: (sku: string) => string): string {
  switch (problem.code) {
    case 'FORGED':
      return 'That checkout was not one of ours, or it is damaged. Nothing was ordered: please look at this one and place the order from here.'
    case 'FIELDS':
      return 'Some of this needs another look. Nothing was ordered yet.'
    case 'TOO_FAST':
      return `That was a great many tries at once. Nothing was ordered: please try again in ${problem.retryAfterSeconds === 1 ? 'a second' : `${problem.retryAfterSeconds} seconds`}.`
    case 'SOLD_OUT':
      return `${problem.short.map(({ sku, available }) => shortWords(nameOf(sku), available)).join(' ')} Nothing was ordered or charged.`
    case 'PRICE_CHANGED':
      return `The price of ${listed(problem.skus.map(nameOf))} has changed since the page was shown. Nothing was ordered: what it costs now is on this page, please look before you place the order.`
    case 'NOT_ON_SALE':
      return `${listed(problem.skus.map(nameOf))} ${problem.skus.length === 1 ? 'is' : 'are'} not on sale any more. Nothing was ordered: what is left is on this page.`
    case 'LIMIT_REACHED':
      return `${problem.limits.map(({ sku, limit }) => `At most ${limit} of ${nameOf(sku)} to an order.`).join(' ')} Nothing was ordered: please change the cart.`
    case 'CUSTOMER_LIMIT_REACHED':
      return `With your earlier orders this is more of ${listed(problem.skus.map(nameOf))} than one customer may have. Nothing was ordered: please change the cart.`
    case 'CODE_USED_UP':
      return problem.perCustomer
        ? `You have used the code ${problem.promoCode} as often as one customer may. Nothing was ordered: what it costs without it is on this page, please look before you place the order.`
        : `The code ${problem.promoCode} has been used up by others. Nothing was ordered: what it costs without it is on this page, please look before you place the order.`
    case 'CODE_CHANGED':
      return `The code ${problem.promoCode} has changed or ended since the page was shown. Nothing was ordered: what it costs now is on this page, please look before you place the order.`
    case 'TOTAL_CHANGED':
      return `With this delivery and destination the order comes to ${formatMoney({ minor: problem.totalMinor, currency: 'EUR' })}. Nothing was ordered: please look before you place the order.`
    case 'BELOW_MINIMUM':
      return `The least that can be paid by card is ${formatMoney({ minor: problem.minimumMinor, currency: 'EUR' })}. Nothing was ordered.`
    case 'ABOVE_MAXIMUM':
      return `The most that can be paid by card at once is ${formatMoney({ minor: problem.maximumMinor, currency: 'EUR' })}. Nothing was ordered: please make two orders of it.`
    case 'CHECKOUT_CHANGED':
      return 'You placed an order from that checkout before, and what you sent now differs from it. If you want this as well, place it as an order of its own.'
    case 'NOT_READY':
      return 'We cannot take your order right now. Your cart is kept. Please try again in a moment: it is never placed or charged twice.'
    case 'CHECKING':
      return 'We are checking whether your order arrived. You can safely place it again: it is never placed or charged twice.'
    default:
      return unreachable(problem)
  }
}

function shortWords(name: string, available: number): string {
  return available === 0 ? `${name}: sold out.` : `${name}: only ${available} left, fewer than you wanted.`
}

function listed(names: readonly string[]): string {
  return new Intl.ListFormat('en-GB').format(names)
}
