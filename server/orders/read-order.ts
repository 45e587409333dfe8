import type { OrderState } from '#/domain/order-state.ts'
import { sku } from '#/domain/sku.ts'
import type { Db } from '../db/client.ts'
import type { RecordedView } from '../inventory/stock-counters.ts'
import type { Order } from './order-book.ts'
import { placedOrderSchema } from './placed-order.ts'

/** The whole of an order; null when Postgres has none of that id (a UUID). */
export async function findOrder(db: Db, orderId: string): Promise<Order | null> {
  const row = await db.order.findUnique({ where: { id: orderId }, include: { lines: { orderBy: { position: 'asc' } } } })
  if (!row) return null
  const { id, fingerprint, state, version, attempt, checks, reason, holdUntil, paymentIntentId, placedAt, lines, ...placed } = row
  return {
    orderId: id,
    fingerprint,
    state,
    version,
    attempt,
    checks,
    reason,
    holdUntilMs: holdUntil?.getTime() ?? null,
    paymentIntentId,
    placedAtMs: placedAt.getTime(),
    order: placedOrderSchema.parse({ ...placed, lines: lines.map((line) => ({ ...line, sku: sku(line.sku) })) }),
  }
}

/** What the pages of these orders show of their state; unknown ones are absent. */
export async function readViews(db: Db, orderIds: readonly string[]): Promise<Map<string, RecordedView>> {
  type Row = { id: string; fingerprint: string; version: number; state: OrderState; reason: string | null; hold_until: Date | null }
  const rows = await db.$queryRaw<Row[]>`
    SELECT id::text, fingerprint, version, state::text, reason, hold_until FROM orders WHERE id = ANY(${orderIds}::uuid[])`
  return new Map(rows.map(({ id, hold_until, ...view }) => [id, { ...view, holdUntilMs: hold_until?.getTime() ?? null }]))
}
