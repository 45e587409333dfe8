import { z } from 'zod'
import { isSku, sku } from '#/domain/sku.ts'
import { runtime } from '#/server/web/runtime.ts'

/** SKUs that one question may name. */
const MAX_SKUS = 50

const query = z.array(z.string().refine(isSku)).min(1).max(MAX_SKUS)

/** `?sku=A&sku=B` → `{"A":{"available":3}}`; a SKU that nobody sells is left out. The same for everybody for a second. */
export async function GET(request: Request): Promise<Response> {
  const asked = query.safeParse(new URL(request.url).searchParams.getAll('sku'))
  if (!asked.success) return Response.json({ error: `Name 1 to ${MAX_SKUS} SKUs, as in ?sku=A&sku=B.` }, { status: 400, headers: NOT_KEPT })
  const available = await runtime().ports.counters.available([...new Set(asked.data)].map(sku))
  if (!available.ok) return Response.json({ error: 'Stock is not known right now.' }, { status: 503, headers: NOT_KEPT })
  const body = Object.fromEntries([...available.value].map(([unit, units]) => [unit, { available: units }]))
  return Response.json(body, { headers: { 'cache-control': 'public, max-age=1, s-maxage=1' } })
}

const NOT_KEPT = { 'cache-control': 'no-store' }
