import type { Db } from '../db/client.ts'
import type { Acknowledged } from './order-book.ts'

/** Those of these orders that Postgres has heard of, be it as a record that nobody could make an order of. */
export async function knownOrders(db: Db, orderIds: readonly string[]): Promise<Set<string>> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id::text FROM orders WHERE id = ANY(${orderIds}::uuid[])
    UNION SELECT order_id FROM dead_letters WHERE order_id = ANY(${orderIds}::text[])`
  return new Set(rows.map((row) => row.id))
}

/** Several processes may notice the same loss. */
export async function recordLost(db: Db, lost: readonly Acknowledged[], nowMs: number): Promise<void> {
  const data = lost.map(({ orderId, shard, atMs }) => ({ orderId, shard, acknowledgedAt: new Date(atMs), noticedAt: new Date(nowMs) }))
  await db.lostOrder.createMany({ data, skipDuplicates: true })
}

export async function isLost(db: Db, orderId: string): Promise<boolean> {
  return (await db.lostOrder.count({ where: { orderId, foundAt: null } })) > 0
}

/** Those that were noticed since then and not found. */
export function countLost(db: Db, sinceMs: number): Promise<number> {
  return db.lostOrder.count({ where: { foundAt: null, noticedAt: { gte: new Date(sinceMs) } } })
}

/** Notes which of the lost came in after all: from a stream that came back, or because the shopper pressed again. Returns how many. */
export function noteFound(db: Db, nowMs: number): Promise<number> {
  return db.$executeRaw`
    UPDATE lost_orders l SET found_at = ${new Date(nowMs)} FROM orders o WHERE l.found_at IS NULL AND o.id = l.order_id`
}
