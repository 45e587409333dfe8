'use server'

import { redirect } from 'next/navigation'
import { z } from 'zod'
import { addToCart, type CartLine } from '#/domain/cart.ts'
import { sku } from '#/domain/sku.ts'
import { admit } from '#/server/admission/admit.ts'
import { newCart, withLines } from '#/server/cart/cart-cookie.ts'
import { requestCancel } from '#/server/orders/request-cancel.ts'
import { retryPayment } from '#/server/orders/retry-payment.ts'
import { showOrder } from '#/server/orders/show-order.ts'
import { isPaymentMethod } from '#/server/payments/payment-methods.ts'
import { mayOpenOrder, readCart, writeCart } from '#/server/web/cookies.ts'
import { runtime } from '#/server/web/runtime.ts'

/** Another card for a declined order, or instead of the bank's step. When the order has moved on meanwhile, or cards come too fast, its page shows how it stands. */
export async function tryCardAction(orderId: string, form: FormData): Promise<void> {
  const id = await authorized(orderId)
  const paymentMethod = form.get('paymentMethod')
  const { ports, cache } = runtime()
  const isCard = typeof paymentMethod === 'string' && isPaymentMethod(paymentMethod)
  if (isCard && (await admit(cache, 'payment', id)).ok) {
    const started = await retryPayment(ports, id, paymentMethod)
    // The relay would do this too; doing it here lets the very next page show it.
    if (started.ok) await ports.counters.mirrorOrder(id, started.value)
  }
  redirect(`/orders/${id}`)
}

/** Asks for the end of an order that is not paid yet. Where it has moved on meanwhile, its page shows how it stands. */
export async function cancelOrderAction(orderId: string): Promise<void> {
  const id = await authorized(orderId)
  const { ports, cache } = runtime()
  if ((await admit(cache, 'cancel', id)).ok) {
    const requested = await requestCancel(ports, id, 'BY_SHOPPER')
    if (requested.ok) await ports.counters.mirrorOrder(id, requested.value)
  }
  redirect(`/orders/${id}`)
}

/** Puts what was not sold back into the cart, as far as it fits. */
export async function returnToCartAction(orderId: string): Promise<void> {
  const id = await authorized(orderId)
  const { ports } = runtime()
  const found = await showOrder(ports, id)
  if (found.kind === 'order' && found.shown.order && ['REJECTED', 'CANCELLED'].includes(found.shown.view.state)) {
    const cart = (await readCart()) ?? newCart(ports.newId)
    const lines = found.shown.order.lines.reduce<readonly CartLine[]>((sofar, line) => {
      const added = addToCart(sofar, sku(line.sku), line.quantity)
      return added.ok ? added.value : sofar
    }, cart.lines)
    await writeCart(withLines(cart, lines, ports.newId))
  }
  redirect('/cart')
}

async function authorized(orderId: unknown): Promise<string> {
  const id = z.uuid().safeParse(orderId)
  if (!id.success || !(await mayOpenOrder(id.data))) redirect(`/orders/${encodeURIComponent(String(orderId))}`)
  return id.data
}
