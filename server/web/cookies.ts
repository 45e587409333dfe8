import { cookies } from 'next/headers'
import { countUnits } from '#/domain/cart.ts'
import { CART_COOKIE, CART_COUNT_COOKIE, CART_KEEP_SECONDS, type Cart, openCart, sealCart } from '../cart/cart-cookie.ts'
import { type CheckoutNote, NOTE_COOKIE, NOTE_KEEP_SECONDS, openNote, sealNote } from '../cart/checkout-note.ts'
import { addOrder, mayOpen, ORDERS_COOKIE, ORDERS_KEEP_SECONDS } from '../orders/order-access.ts'
import { attributes } from './cookie-attributes.ts'

/** The shopper's cart; null when there is none or the cookie is not ours. */
export async function readCart(): Promise<Cart | null> {
  return openCart((await cookies()).get(CART_COOKIE)?.value)
}

export async function writeCart(cart: Cart): Promise<void> {
  const jar = await cookies()
  jar.set(CART_COOKIE, sealCart(cart), { ...attributes(), maxAge: CART_KEEP_SECONDS })
  jar.set(CART_COUNT_COOKIE, String(countUnits(cart.lines)), { ...attributes(), httpOnly: false, maxAge: CART_KEEP_SECONDS })
}

/** Lets this browser open the order's page from now on. */
export async function rememberOrder(orderId: string): Promise<void> {
  const jar = await cookies()
  jar.set(ORDERS_COOKIE, addOrder(jar.get(ORDERS_COOKIE)?.value, orderId), { ...attributes(), maxAge: ORDERS_KEEP_SECONDS })
}

export async function mayOpenOrder(orderId: string): Promise<boolean> {
  return mayOpen((await cookies()).get(ORDERS_COOKIE)?.value, orderId)
}

/** Leaves a note for the checkout page and returns the path that shows it. */
export async function leaveCheckoutNote(note: CheckoutNote, nonce: string): Promise<string> {
  ;(await cookies()).set(NOTE_COOKIE, sealNote(nonce, note), { ...attributes(), path: '/checkout', maxAge: NOTE_KEEP_SECONDS })
  return `/checkout?note=${nonce}`
}

export async function readCheckoutNote(nonce: string | undefined): Promise<CheckoutNote | null> {
  return openNote((await cookies()).get(NOTE_COOKIE)?.value, nonce)
}
