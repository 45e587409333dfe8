import type { CartChange } from '#/domain/cart-changes.ts'
import type { CartAnswer } from '#/domain/cart-view.ts'

/** What is not answered by then is as good as lost. */
const TIMEOUT_MS = 8000

/** Throws when the server cannot be reached in time, or answers with anything but a cart. */
export async function askForCart(): Promise<CartAnswer> {
  return inTurn((signal) => fetch('/api/cart', { headers: { accept: 'application/json' }, signal }))
}

/**
 * Sends what the forms send. Throws as `askForCart` does, and then nobody knows yet what came of it. `sent` is told just before, when all
 * earlier changes are through.
 */
export async function askForChange({ kind, sku, quantity }: CartChange, sent: () => void): Promise<CartAnswer> {
  return inTurn((signal) => {
    sent()
    const body = new URLSearchParams({ sku, quantity: `${quantity}` })
    const path = kind === 'add' ? '/cart/lines' : '/cart/quantity'
    return fetch(path, { method: 'POST', headers: { accept: 'application/json' }, body, signal })
  })
}

/** Units that the cart held when the server last told this browser. */
export function unitsInCookie(): number {
  return Number(/(?:^|; )cart_count=(\d{1,4})/.exec(document.cookie)?.[1] ?? 0)
}

let last: Promise<unknown> = Promise.resolve()

/**
 * One after the other, over all windows of this browser: the cart is a cookie that each answer replaces, so of two changes at once one would be
 * lost.
 */
async function inTurn(ask: (signal: AbortSignal) => Promise<Response>): Promise<CartAnswer> {
  const run = async () => {
    const response = await ask(AbortSignal.timeout(TIMEOUT_MS))
    const answer: unknown = await response.json()
    if (!isAnswer(answer)) throw new Error(`the cart answered ${response.status} with something else`)
    return answer
  }
  if (navigator.locks) return navigator.locks.request('cart', { signal: AbortSignal.timeout(2 * TIMEOUT_MS) }, run)
  const mine = last.then(run, run)
  last = mine.catch(() => {})
  return mine
}

function isAnswer(answer: unknown): answer is CartAnswer {
  return typeof answer === 'object' && answer !== null && 'ok' in answer && 'cart' in answer
}
