'use server'

import { redirect } from 'next/navigation'
import { z } from 'zod'
import type { CartLine } from '#/domain/cart.ts'
import { admit } from '#/server/admission/admit.ts'
import { emptyCart } from '#/server/cart/cart-cookie.ts'
import { type CheckoutToken, openCheckout } from '#/server/cart/checkout-token.ts'
import { checkoutForm } from '#/server/orders/checkout-form.ts'
import { placeOrder } from '#/server/orders/place-order.ts'
import { readCart, rememberOrder, writeCart } from '#/server/web/cookies.ts'
import { runtime } from '#/server/web/runtime.ts'
import type { CheckoutState } from './checkout-state.ts'
import { placeFailureWords } from './failure-words.ts'

/** Parse, admit, place. Whatever the answer, it is a page with words; only a bug throws. */
export async function placeOrderAction(_last: CheckoutState, form: FormData): Promise<CheckoutState> {
  const values = typedValues(form)
  const checkout = openCheckout(String(form.get('checkout') ?? ''))
  if (!checkout) {
    return {
      message: 'This checkout is not one of ours, or it is damaged. Your cart is as it was: please open the checkout anew.',
      errors: {},
      values,
    }
  }
  const parsed = checkoutForm.safeParse(Object.fromEntries(form))
  if (!parsed.success) {
    const errors = Object.fromEntries(
      Object.entries(z.flattenError(parsed.error).fieldErrors).map(([name, messages]) => [name, messages?.[0]]),
    )
    return { message: 'Some of this needs another look. Nothing was ordered yet.', errors, values }
  }
  const { ports, cache } = runtime()
  const cart = await readCart()
  const admitted = await admit(cache, 'checkout', cart?.shopperId ?? checkout.checkoutId)
  if (!admitted.ok) {
    return {
      message: `That was a great many tries at once. Please try again in ${admitted.retryAfterSeconds} seconds.`,
      errors: {},
      values,
    }
  }
  const { paymentMethod, ...contact } = parsed.data
  const { checkoutId, lines } = checkout
  const placed = await placeOrder(ports, { checkoutId, agreed: { lines, ...contact }, paymentMethod })
  if (placed.ok || placed.code === 'CHECKOUT_CHANGED') {
    await rememberOrder(checkoutId)
    await leaveCheckout(checkout, placed.ok ? lines : [])
  }
  if (placed.ok) redirect(`/orders/${checkoutId}`)
  return { ...placeFailureWords(placed, checkoutId), errors: {}, values }
}

/**
 * The fate of a checkout has been shown: the cart goes on under a new id, without what was ordered, keeping what another tab has put in
 * since. A cart that is under a new id already is another one and stays as it is.
 */
async function leaveCheckout({ checkoutId }: CheckoutToken, ordered: readonly CartLine[]): Promise<void> {
  const cart = await readCart()
  if (cart?.checkoutId !== checkoutId) return
  const units = new Map(ordered.map((line) => [line.sku, line.quantity]))
  const lines = cart.lines
    .map((line) => ({ ...line, quantity: line.quantity - (units.get(line.sku) ?? 0) }))
    .filter((line) => line.quantity > 0)
  await writeCart({ ...emptyCart(runtime().ports.newId, cart.shopperId), lines })
}

/** What was typed, bounded, to be shown again. */
function typedValues(form: FormData): Record<string, string> {
  const names = Object.keys(checkoutForm.shape)
  return Object.fromEntries(names.map((name) => [name, String(form.get(name) ?? '').slice(0, 300)]))
}
