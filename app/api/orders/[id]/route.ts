import { z } from 'zod'
import { isFinal } from '#/domain/order-state.ts'
import { isHeldUp } from '#/server/orders/held-up.ts'
import { showOrder } from '#/server/orders/show-order.ts'
import { mayOpenOrder } from '#/server/web/cookies.ts'
import { runtime } from '#/server/web/runtime.ts'

/** A version that no order has, so that a page that is open shows what became of it. */
const LOST = -2

/** The state of an order, for the browser that placed it: `{ version, state, reason, holdUntilMs, actionUrl, cancelling, heldUp, final }`. */
export async function GET(_request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const { id } = await params
  if (!z.uuid().safeParse(id).success || !(await mayOpenOrder(id))) return answer(404, { error: 'No such order for you.' })
  const found = await showOrder(runtime().ports, id)
  if (found.kind === 'away') return answer(503, { error: 'The order cannot be read right now.' })
  if (found.kind === 'unknown') return answer(404, { error: 'No such order yet.' })
  if (found.kind === 'lost')
    return answer(200, { version: LOST, state: 'LOST', reason: null, holdUntilMs: null, heldUp: false, final: true })
  const { view } = found.shown
  return answer(200, { ...view, heldUp: await isHeldUp(runtime().ports.core, view), final: isFinal(view.state) })
}

function answer(status: number, body: object): Response {
  return Response.json(body, { status, headers: { 'cache-control': 'private, no-store' } })
}
