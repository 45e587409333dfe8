import type { CartAnswer, CartRefusal, CartView } from '#/domain/cart-view.ts'
import { DEFAULT_COUNTRY } from '#/domain/countries.ts'
import type { Failure, Result } from '#/domain/result.ts'
import type { TooFast } from '../admission/admit.ts'
import type { Cart } from '../cart/cart-cookie.ts'
import { priceCart } from '../cart/priced-cart.ts'
import { viewCart } from '../cart/view-cart.ts'
import { prefersJson } from './prefers-json.ts'
import { problemPage } from './problem-page.ts'
import { runtime } from './runtime.ts'

/** `text` says to people what could not be read. */
export type Unreadable = Failure<'UNREADABLE'> & { readonly text: string }

type Refused = Failure<Exclude<CartRefusal, 'TOO_FAST' | 'UNREADABLE'>> | TooFast | Unreadable

/**
 * The answer to a change of the cart. To a form it is the cart page (303), which tells what was refused; to a script that asks for JSON it is
 * a `CartAnswer`, refusals too: 200 where the request was sound, 400 and 429 as for forms.
 */
export async function answerChange(request: Request, cart: Cart | null, outcome: Result<unknown, Refused>): Promise<Response> {
  if (prefersJson(request.headers.get('accept'))) return answerWithData(cart, outcome)
  if (outcome.ok) return toCart()
  switch (outcome.code) {
    case 'UNREADABLE':
      return problemPage(400, 'We could not read that', outcome.text)
    case 'TOO_FAST': {
      const text = 'That was a great many changes at once. Your cart is as it was; please try again shortly.'
      return problemPage(429, 'One moment, please', text, retryAfter(outcome))
    }
    default:
      return toCart(`?notice=${outcome.code}`)
  }
}

async function answerWithData(cart: Cart | null, outcome: Result<unknown, Refused>): Promise<Response> {
  if (!outcome.ok && (outcome.code === 'UNREADABLE' || outcome.code === 'TOO_FAST')) {
    const { ok, code } = outcome
    const [status, headers] = code === 'TOO_FAST' ? [429, retryAfter(outcome)] : [400, {}]
    return sendCart({ ok, code, cart: null }, status, headers)
  }
  const view = await viewOf(cart)
  return sendCart(outcome.ok ? { ok: true, cart: view } : { ok: false, code: outcome.code, cart: view }, 200)
}

/** The cart at today's prices; null while nobody knows them. */
export async function viewOf(cart: Cart | null): Promise<CartView | null> {
  const priced = await priceCart(runtime().ports, cart ?? { lines: [], code: null })
  return priced.ok ? viewCart(priced.value, DEFAULT_COUNTRY) : null
}

/** About one shopper: nobody keeps it. */
export function sendCart(answer: CartAnswer, status: number, headers: Record<string, string> = {}): Response {
  return Response.json(answer, { status, headers: { 'cache-control': 'private, no-store', ...headers } })
}

export function retryAfter({ retryAfterSeconds }: TooFast): Record<string, string> {
  return { 'retry-after': String(retryAfterSeconds) }
}

function toCart(query = ''): Response {
  return new Response(null, { status: 303, headers: { location: `/cart${query}`, 'cache-control': 'no-store' } })
}
