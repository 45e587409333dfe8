import type { CartChange } from '#/domain/cart-changes.ts'
import type { CartRefusal } from '#/domain/cart-view.ts'
import { refusalWords } from '../../cart-words.ts'

export const PRICES_AWAY = 'It is in your cart, but we cannot look up prices right now. Nothing in your cart is lost.'

export const CART_AWAY = 'We cannot show your cart right now. Nothing in it is lost; please try again in a moment.'

/** Over a cart that was told before. */
export const CART_OLD =
  'We cannot reach the shop right now, so this may be old. Nothing in your cart is lost; please try again in a moment.'

/** What came of a change that was made: `Added: Canvas high tops, Black, 42. 3 things in the cart.` */
export function changedWords(change: CartChange, units: number): string {
  const held = units === 0 ? 'Your cart is empty.' : `${units} ${units === 1 ? 'thing' : 'things'} in the cart.`
  if (change.kind === 'add') return `Added: ${nameOf(change)}. ${held}`
  return change.quantity === 0 ? `Removed: ${nameOf(change)}. ${held}` : `${nameOf(change)}: ${change.quantity}. ${held}`
}

/** Why the server refused a change, in the cart page's words, after what it was about. */
export function refusedWords(change: CartChange, code: CartRefusal): string {
  return `${nameOf(change)}: ${refusalWords(code) ?? code}`
}

/** While nobody knows what came of a change. */
export function unknownWords(change: CartChange): string {
  return `We cannot reach the shop, and do not know yet whether ${aimOf(change)}.`
}

/** Of a change that turned out not to have been made. */
export function missedWords(change: CartChange): string {
  return `${nameOf(change)}: that did not reach us. What you see is your cart as it is.`
}

export function nameOf({ seen: { name, label } }: Pick<CartChange, 'seen'>): string {
  return label ? `${name}, ${label}` : name
}

function aimOf(change: CartChange): string {
  if (change.kind === 'add') return `${nameOf(change)} is in your cart`
  return change.quantity === 0 ? `${nameOf(change)} has been removed` : `${nameOf(change)} has been changed`
}
