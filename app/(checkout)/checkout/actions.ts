'use server'

import { redirect } from 'next/navigation'
import { z } from 'zod'
import type { CartLine } from '#/domain/cart.ts'
import { admit } from '#/server/admission/admit.ts'
import { newCart } from '#/server/cart/cart-cookie.ts'
import type { CheckoutNote } from '#/server/cart/checkout-note.ts'
import { type CheckoutToken, openCheckout } from '#/server/cart/checkout-token.ts'
import { cardCheckoutForm, checkoutForm } from '#/server/orders/checkout-form.ts'
import { placeOrder } from '#/server/orders/place-order.ts'
import { cardForm } from '#/server/payments/payment-methods.ts'
import { leaveCheckoutNote, readCart, rememberOrder, writeCart } from '#/server/web/cookies.ts'
import { runtime } from '#/server/web/runtime.ts'

/**
 * The total that the page showed at last, where it could follow what was chosen: the order is placed at that sum or not at all. Without it
 * the one counts that the page was sent with.
 */
const shownTotal = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number)

/** Parse, admit, place; then to the order's page, or back to the checkout with a note of why not. Only a bug throws. */
export async function placeOrderAction(form: FormData): Promise<void> {
  const outcome = await place(form)
  redirect('orderPath' in outcome ? outcome.orderPath : await leaveCheckoutNote(outcome, runtime().ports.newId()))
}

async function place(form: FormData): Promise<{ orderPath: string } | CheckoutNote> {
  const values = typedValues(form)
  const checkout = openCheckout(String(form.get('checkout') ?? ''))
  if (!checkout) return { problem: { code: 'FORGED' }, errors: {}, values }
  const parsed = (cardForm() ? cardCheckoutForm : checkoutForm).safeParse(Object.fromEntries(form))
  if (!parsed.success) return { problem: { code: 'FIELDS' }, errors: firstErrors(parsed.error), values }
  const { ports, cache } = runtime()
  const cart = await readCart()
  const admitted = await admit(cache, 'checkout', cart?.shopperId ?? checkout.checkoutId)
  if (!admitted.ok) return { problem: admitted, errors: {}, values }

  const { paymentMethod, ...contact } = parsed.data
  const { checkoutId, lines, code, totalsMinor } = checkout
  const discount = { code: code?.code ?? null, codeVersion: code?.version ?? null }
  const totalMinor = shownTotal.safeParse(form.get('shownMinor')).data ?? totalsMinor[contact.deliveryMethod]
  const agreed = { lines, ...discount, ...contact, totalMinor }
  const placed = await placeOrder(ports, { checkoutId, agreed, paymentMethod })
  if (placed.ok) runtime().acknowledgements.remember(checkoutId)
  if (placed.ok || placed.code === 'CHECKOUT_CHANGED') {
    await rememberOrder(checkoutId)
    await leaveCheckout(checkout, placed.ok ? lines : [])
  }
  if (!placed.ok && placed.code === 'CODE_USED_UP' && cart) await writeCart({ ...cart, code: null })
  if (placed.ok) return { orderPath: `/orders/${checkoutId}` }
  return { problem: placed.code === 'CHECKOUT_CHANGED' ? { ...placed, orderId: checkoutId } : placed, errors: {}, values }
}

/**
 * The fate of a checkout is about to be shown: the cart goes on under a new id, without what was ordered, keeping what another tab has put
 * in since. A cart that is under a new id already is another one and stays as it is.
 */
async function leaveCheckout({ checkoutId, code }: CheckoutToken, ordered: readonly CartLine[]): Promise<void> {
  const cart = await readCart()
  if (cart?.checkoutId !== checkoutId) return
  const units = new Map(ordered.map((line) => [line.sku, line.quantity]))
  const lines = cart.lines
    .map((line) => ({ ...line, quantity: line.quantity - (units.get(line.sku) ?? 0) }))
    .filter((line) => line.quantity > 0)
  const isUsed = ordered.length > 0 && cart.code === code?.code
  await writeCart({ ...newCart(runtime().ports.newId, cart.shopperId, lines), code: isUsed ? null : cart.code })
}

function firstErrors(error: z.ZodError): Record<string, string> {
  return Object.fromEntries(error.issues.map((issue) => [issue.path.join('.'), issue.message] as const).reverse())
}

/** What was typed, bounded, to be shown again. */
function typedValues(form: FormData): Record<string, string> {
  const names = Object.keys(checkoutForm.shape)
  return Object.fromEntries(names.map((name) => [name, String(form.get(name) ?? '').slice(0, 254)]))
}
