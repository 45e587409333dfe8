import { admit } from '../admission/admit.ts'
import { enterCode } from '../cart/enter-code.ts'
import { toCart, tooFast } from './change-cart.ts'
import { readCart, writeCart } from './cookies.ts'
import { problemPage } from './problem-page.ts'
import { readCodeForm } from './read-form.ts'
import { runtime } from './runtime.ts'

/** A posted code into the cart, or out of it, then the cart page (303). Why one was not taken is told there; tries are limited. */
export async function changeCode(request: Request): Promise<Response> {
  const typed = await readCodeForm(request)
  if (typed === null) return problemPage(400, 'We could not read that', 'The form named no discount code. Your cart is as it was.')
  const cart = await readCart()
  if (!cart || cart.lines.length === 0) return toCart()
  if (typed.trim() === '') {
    await writeCart({ ...cart, code: null })
    return toCart()
  }
  const { ports, cache } = runtime()
  const admitted = await admit(cache, 'code', cart.shopperId)
  if (!admitted.ok) return tooFast(admitted)
  const entered = await enterCode(ports, cart, typed)
  if (!entered.ok) return toCart(`?notice=${entered.code}`)
  await writeCart(entered.value)
  return toCart()
}
