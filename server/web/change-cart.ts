import { type CartFull, type CartLine, LINE_MAX_QUANTITY, type TooMany } from '#/domain/cart.ts'
import { type Failure, fail, type Result } from '#/domain/result.ts'
import type { Sku } from '#/domain/sku.ts'
import { admit } from '../admission/admit.ts'
import { newCart, withLines } from '../cart/cart-cookie.ts'
import { answerChange } from './answer-change.ts'
import { readCart, writeCart } from './cookies.ts'
import { type LineForm, readLineForm } from './read-form.ts'
import { runtime } from './runtime.ts'

export type NotSold = Failure<'NOT_SOLD'> & { readonly sku: Sku }

type Change = (lines: readonly CartLine[], form: LineForm) => Promise<Result<CartLine[], CartFull | TooMany | NotSold>>

/** One change of the cart by a posted form, then the cart page, or the cart as JSON. What does not fit is told there, and nothing changes. */
export async function changeCart(request: Request, leastQuantity: number, change: Change): Promise<Response> {
  const form = await readLineForm(request, leastQuantity)
  if (!form) {
    const text = `The form named no product that we know how to sell, or a quantity that is not a whole number up to ${LINE_MAX_QUANTITY}. Your cart is as it was.`
    return answerChange(request, null, fail('UNREADABLE', { text }))
  }
  const { ports, cache } = runtime()
  const cart = (await readCart()) ?? newCart(ports.newId)
  const admitted = await admit(cache, 'cart', cart.shopperId)
  if (!admitted.ok) return answerChange(request, cart, admitted)
  const changed = await change(cart.lines, form)
  if (!changed.ok) return answerChange(request, cart, changed)
  const next = withLines(cart, changed.value, ports.newId)
  await writeCart(next)
  return answerChange(request, next, changed)
}
