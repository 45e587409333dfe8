import { z } from 'zod'
import { isSku, sku } from '#/domain/sku.ts'
import { readAvailability } from '#/server/inventory/read-availability.ts'
import { runtime } from '#/server/web/runtime.ts'

/** SKUs that one question may name. */
const MAX_SKUS = 50

const query = z.array(z.string().refine(isSku)).min(1).max(MAX_SKUS)

/**
 * `?sku=A&sku=B` → `{"A":{"available":3,"held":0}}`; a SKU that nobody sells is left out. `held` is how many checkouts of others hold what is
 * not available, see readAvailability. The same for everybody for a second.
 */
export async function GET(request: Request): Promise<Response> {
  const asked = query.safeParse(new URL(request.url).searchParams.getAll('sku'))
  if (!asked.success) return Response.json({ error: `Name 1 to ${MAX_SKUS} SKUs, as in ?sku=A&sku=B.` }, { status: 400, headers: NOT_KEPT })
  const { ports, unpaid } = runtime()
  const stock = await readAvailability({ counters: ports.counters, unpaid }, [...new Set(asked.data)].map(sku))
  if (!stock.ok) return Response.json({ error: 'Stock is not known right now.' }, { status: 503, headers: NOT_KEPT })
  return Response.json(Object.fromEntries(stock.value), { headers: { 'cache-control': 'public, max-age=1, s-maxage=1' } })
}

const NOT_KEPT = { 'cache-control': 'no-store' }
