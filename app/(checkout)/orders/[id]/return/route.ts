import { z } from 'zod'
import { admit } from '#/server/admission/admit.ts'
import { log } from '#/server/telemetry/log.ts'
import { mayOpenOrder } from '#/server/web/cookies.ts'
import { problemPage } from '#/server/web/problem-page.ts'
import { runtime } from '#/server/web/runtime.ts'

/**
 * Where a bank sends its customer back to: the order is looked at, and its page shown. What the address says of the payment is not read:
 * only the gateway knows.
 */
export async function GET(_request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const { id } = await params
  // proxy.ts answers these with a 404 already; a route never trusts that.
  if (!z.uuid().safeParse(id).success || !(await mayOpenOrder(id))) {
    return problemPage(404, 'We cannot show this order here', 'An order opens in the browser that placed it, or by the link in its e-mail.')
  }
  const { ports, cache } = runtime()
  if ((await admit(cache, 'return', id)).ok) await hint(ports, id)
  return new Response(null, { status: 303, headers: { location: `/orders/${id}?bank=back`, 'cache-control': 'no-store' } })
}

/** Without Postgres upkeep finds out later what the bank was told. */
async function hint({ book, clock }: ReturnType<typeof runtime>['ports'], orderId: string): Promise<void> {
  try {
    await book.hintOrder(orderId, clock.now())
  } catch (error) {
    log.warn({ orderId, err: error }, 'a return from the bank could not be noted')
  }
}
