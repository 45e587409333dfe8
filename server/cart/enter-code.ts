import type { CodeProblem } from '#/domain/apply-discount.ts'
import { toCode } from '#/domain/discount.ts'
import { type Failure, fail, ok, type Result } from '#/domain/result.ts'
import type { Ports } from '../orders/ports.ts'
import type { Cart } from './cart-cookie.ts'
import { priceCart } from './priced-cart.ts'

export type NotEntered = Exclude<CodeProblem, Failure<'CODE_BELOW_MINIMUM'> | Failure<'CODE_NOT_FOR_THESE'>> | Failure<'AWAY'>

/**
 * The cart with a code as somebody typed it. One that only the lines stand in the way of is kept all the same: it applies once they fit, and
 * the cart says so. What no code looks like is as unknown as any other.
 */
export async function enterCode(
  ports: Pick<Ports, 'counters' | 'book' | 'clock'>,
  cart: Cart,
  typed: string,
): Promise<Result<Cart, NotEntered>> {
  const code = toCode(typed)
  if (!code) return fail('CODE_UNKNOWN')
  const priced = await priceCart(ports, { ...cart, code })
  if (!priced.ok) return priced
  const check = priced.value.code?.check ?? fail('CODE_UNKNOWN')
  if (!check.ok && check.code !== 'CODE_BELOW_MINIMUM' && check.code !== 'CODE_NOT_FOR_THESE') return check
  return ok({ ...cart, code })
}
