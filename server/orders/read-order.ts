import { z } from 'zod'
import { ORDER_STATES, type OrderState } from '#/domain/order-state.ts'
import type { Db } from '../db/client.ts'
import { Prisma } from '../db/generated/client.ts'
import type { RecordedView } from '../inventory/stock-counters.ts'
import type { Order, TroubledOrder } from './order-book.ts'
import { moneyBackSchema, parcelSchema } from './parcel.ts'
import { placedOrderSchema } from './placed-order.ts'
import { moneyBackJson, parcelsJson } from './read-fulfilment.ts'

/** An order's row with its lines, parcels and refunds as one JSON value, from any relation that has the columns of `orders`. `toOrder` reads it. */
export function orderJson(row: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(to_jsonb(${row}) || jsonb_build_object('lines',
    (SELECT jsonb_agg(to_jsonb(line) ORDER BY line.position) FROM order_lines line WHERE line.order_id = ${row}.id),
    'parcels', ${parcelsJson(row)}, 'refunds', ${moneyBackJson(row)}))`
}

const instant = z.iso.datetime({ offset: true }).transform(Date.parse)

const rowSchema = z.object({
  id: z.uuid(),
  fingerprint: z.string(),
  state: z.enum(ORDER_STATES),
  version: z.int(),
  attempt: z.int(),
  checks: z.int(),
  reason: z.string().nullable(),
  action_url: z.string().nullable(),
  cancel_reason: z.string().nullable(),
  trouble: z.string().nullable(),
  hold_until: instant.nullable(),
  payment_intent_id: z.string().nullable(),
  placed_at: instant,
  parcels: z.array(parcelSchema),
  refunds: z.array(moneyBackSchema),
})

/** Throws when the row is none that intake could have written. */
export function toOrder(json: Record<string, unknown>): Order {
  const row = rowSchema.parse(json)
  const lines = (json.lines as Record<string, unknown>[]).map(inCamelCase)
  return {
    orderId: row.id,
    fingerprint: row.fingerprint,
    state: row.state,
    version: row.version,
    attempt: row.attempt,
    checks: row.checks,
    reason: row.reason,
    actionUrl: row.action_url,
    cancelReason: row.cancel_reason,
    trouble: row.trouble,
    holdUntilMs: row.hold_until,
    paymentIntentId: row.payment_intent_id,
    placedAtMs: row.placed_at,
    parcels: row.parcels,
    refunds: row.refunds,
    order: placedOrderSchema.parse({ ...inCamelCase(json), lines }),
  }
}

function inCamelCase(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()), value]),
  )
}

/** The whole of each order, in the order asked for; null where Postgres has none of that id (a UUID). */
export async function findOrders(db: Db, orderIds: readonly string[]): Promise<(Order | null)[]> {
  const rows = await db.$queryRaw<{ order: Record<string, unknown> | null }[]>`
    SELECT CASE WHEN o.id IS NOT NULL THEN ${orderJson(Prisma.sql`o`)} END AS order
    FROM unnest(${orderIds}::uuid[]) WITH ORDINALITY AS a(id, n) LEFT JOIN orders o ON o.id = a.id ORDER BY a.n`
  return rows.map(({ order }) => order && toOrder(order))
}

/** The part of an order that its page shows to change. */
export function viewOf({
  version,
  state,
  reason,
  holdUntilMs,
  actionUrl,
  cancelReason,
  parcels,
  refunds,
  fingerprint,
}: Order): RecordedView {
  return { version, state, reason, holdUntilMs, actionUrl, cancelling: cancelReason !== null, parcels, refunds, fingerprint }
}

/** What the pages of these orders show of their state; unknown ones are absent. */
export async function readViews(db: Db, orderIds: readonly string[]): Promise<Map<string, RecordedView>> {
  type Row = Omit<RecordedView, 'holdUntilMs'> & { id: string; state: OrderState; holdUntil: Date | null }
  const rows = await db.$queryRaw<Row[]>`
    SELECT id::text, fingerprint, version, state::text, reason, hold_until AS "holdUntil", action_url AS "actionUrl",
      cancel_reason IS NOT NULL AS cancelling, ${parcelsJson(Prisma.sql`orders`)} AS parcels, ${moneyBackJson(Prisma.sql`orders`)} AS refunds
    FROM orders WHERE id = ANY(${orderIds}::uuid[])`
  return new Map(rows.map(({ id, holdUntil, ...view }) => [id, { ...view, holdUntilMs: holdUntil?.getTime() ?? null }]))
}

/** What waits for a person, oldest first, at most `limit`. */
export async function readTroubled(db: Db, limit: number): Promise<TroubledOrder[]> {
  return db.$queryRaw<TroubledOrder[]>`
    SELECT o.id::text AS "orderId", o.state::text, o.trouble, (
      SELECT (extract(epoch FROM max(e.at)) * 1000)::float8 FROM order_events e WHERE e.order_id = o.id AND e.kind = 'trouble'
    ) AS "sinceMs"
    FROM orders o WHERE o.trouble IS NOT NULL ORDER BY o.placed_at LIMIT ${limit}`
}
