import { type CartFull, type CartLine, LINE_MAX_QUANTITY, type TooMany } from '#/domain/cart.ts'
import type { Failure, Result } from '#/domain/result.ts'
import type { Sku } from '#/domain/sku.ts'
import { admit, type TooFast } from '../admission/admit.ts'
import { newCart, withLines } from '../cart/cart-cookie.ts'
import { readCart, writeCart } from './cookies.ts'
import { problemPage } from './problem-page.ts'
import { type LineForm, readLineForm } from './read-form.ts'
import { runtime } from './runtime.ts'

export type NotSold = Failure<'NOT_SOLD'> & { readonly sku: Sku }

type Change = (lines: readonly CartLine[], form: LineForm) => Promise<Result<CartLine[], CartFull | TooMany | NotSold>>

/** One change of the cart by a posted form, then the cart page (303). What does not fit is told there, and nothing changes. */
export async function changeCart(request: Request, leastQuantity: number, change: Change): Promise<Response> {
  const form = await readLineForm(request, leastQuantity)
  if (!form) {
    return problemPage(
      400,
      'We could not read that',
      `The form named no product that we know how to sell, or a quantity that is not a whole number up to ${LINE_MAX_QUANTITY}. Your cart is as it was.`,
    )
  }
  const { ports, cache } = runtime()
  const cart = (await readCart()) ?? newCart(ports.newId)
  const admitted = await admit(cache, 'cart', cart.shopperId)
  if (!admitted.ok) return tooFast(admitted)
  const changed = await change(cart.lines, form)
  if (!changed.ok) return toCart(`?notice=${changed.code}`)
  await writeCart(withLines(cart, changed.value, ports.newId))
  return toCart()
}

export function tooFast({ retryAfterSeconds }: TooFast): Response {
  const text = 'That was a great many changes at once. Your cart is as it was; please try again shortly.'
  return problemPage(429, 'One moment, please', text, { 'retry-after': String(retryAfterSeconds) })
}

/** The cart page, with what is to be told there. */
export function toCart(query = ''): Response {
  return new Response(null, { status: 303, headers: { location: `/cart${query}`, 'cache-control': 'no-store' } })
}
