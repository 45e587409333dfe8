import { admit } from '#/server/admission/admit.ts'
import { retryAfter, sendCart, viewOf } from '#/server/web/answer-change.ts'
import { readCart } from '#/server/web/cookies.ts'
import { runtime } from '#/server/web/runtime.ts'

/** The cart of the browser that asks, at today's prices: a `CartAnswer`. 503 while nobody knows prices; the cart itself is never lost. */
export async function GET(): Promise<Response> {
  const cart = await readCart()
  const admitted = cart && (await admit(runtime().cache, 'cart', cart.shopperId))
  if (admitted && !admitted.ok) return sendCart({ ok: false, code: 'TOO_FAST', cart: null }, 429, retryAfter(admitted))
  const view = await viewOf(cart)
  return view ? sendCart({ ok: true, cart: view }, 200) : sendCart({ ok: false, code: 'AWAY', cart: null }, 503)
}
