import { fail, ok } from '#/domain/result.ts'
import { admit } from '../admission/admit.ts'
import { enterCode } from '../cart/enter-code.ts'
import { answerChange } from './answer-change.ts'
import { readCart, writeCart } from './cookies.ts'
import { readCodeForm } from './read-form.ts'
import { runtime } from './runtime.ts'

/** A posted code into the cart, or out of it, then the cart page, or the cart as JSON. Why one was not taken is told there; tries are limited. */
export async function changeCode(request: Request): Promise<Response> {
  const typed = await readCodeForm(request)
  if (typed === null)
    return answerChange(request, null, fail('UNREADABLE', { text: 'The form named no discount code. Your cart is as it was.' }))
  const cart = await readCart()
  if (!cart || cart.lines.length === 0) return answerChange(request, cart, ok(undefined))
  if (typed.trim() === '') {
    const without = { ...cart, code: null }
    await writeCart(without)
    return answerChange(request, without, ok(undefined))
  }
  const { ports, cache } = runtime()
  const admitted = await admit(cache, 'code', cart.shopperId)
  if (!admitted.ok) return answerChange(request, cart, admitted)
  const entered = await enterCode(ports, cart, typed)
  if (!entered.ok) return answerChange(request, cart, entered)
  await writeCart(entered.value)
  return answerChange(request, entered.value, entered)
}
