import type { CartChange } from '#/domain/cart-changes.ts'
import type { CartAnswer } from '#/domain/cart-view.ts'

/** What is not answered by then is as good as lost. */
const TIMEOUT_MS = 8000
/** Who waits longer behind other changes is told so. */
const TURN_MS = 3 * TIMEOUT_MS

/** What can be asked of the cart while it is one's turn. Each throws when the server cannot be reached in time, or answers with no cart. */
export type CartDesk = {
  show(): Promise<CartAnswer>
  /** Sends what the forms send, to the end, even where its page is left. Where this throws nobody knows yet what came of it. */
  make(change: CartChange): Promise<CartAnswer>
}

const desk: CartDesk = {
  show: () => ask('/api/cart', {}),
  make: ({ kind, sku, quantity }) => {
    const body = new URLSearchParams({ sku, quantity: `${quantity}` })
    return ask(kind === 'add' ? '/cart/lines' : '/cart/quantity', { method: 'POST', body, keepalive: true })
  },
}

let last: Promise<unknown> = Promise.resolve()

/**
 * One after the other, over all windows of this browser: the cart is a cookie that each answer replaces, so of two changes at once one would be
 * lost. Throws what `run` throws, and when its turn does not come.
 */
export function inTurn<T>(run: (desk: CartDesk) => Promise<T>): Promise<T> {
  const mine = () => run(desk)
  if (navigator.locks) return navigator.locks.request('cart', { signal: AbortSignal.timeout(TURN_MS) }, mine)
  const answer = last.then(mine, mine)
  last = answer.catch(() => {})
  return answer
}

async function ask(path: string, init: RequestInit): Promise<CartAnswer> {
  const response = await fetch(path, { ...init, headers: { accept: 'application/json' }, signal: AbortSignal.timeout(TIMEOUT_MS) })
  const answer: unknown = await response.json()
  if (!isAnswer(answer)) throw new Error(`the cart answered ${response.status} with something else`)
  return answer
}

function isAnswer(answer: unknown): answer is CartAnswer {
  return typeof answer === 'object' && answer !== null && 'ok' in answer && 'cart' in answer
}
