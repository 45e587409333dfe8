import { type Sku, sku } from '#/domain/sku.ts'
import type { Db } from '../db/client.ts'

/** A stock row with what its movements and the orders say of it, all as they stood at one moment. */
export type AuditedRow = {
  readonly sku: Sku
  readonly onHand: number
  readonly allocated: number
  readonly version: number
  readonly movements: { readonly onHand: number; readonly allocated: number; readonly count: number; readonly newest: number }
  /** Units that orders which hold stock have not shipped or dropped. */
  readonly ordered: number
}

/** A page of stock rows, in key order after `afterSku` (`''` for the first), or of these SKUs. */
export async function auditRows(db: Db, page: { afterSku: string; limit: number } | { skus: readonly Sku[] }): Promise<AuditedRow[]> {
  const { skus, afterSku, limit } = 'skus' in page ? { ...page, afterSku: '', limit: page.skus.length } : { ...page, skus: null }
  type Row = Omit<AuditedRow, 'movements'> & { movedOnHand: number; movedAllocated: number; movements: number; newest: number }
  const rows = await db.$queryRaw<Row[]>`
    SELECT s.sku, s.on_hand AS "onHand", s.allocated, s.version,
      coalesce(m.on_hand, 0)::int AS "movedOnHand", coalesce(m.allocated, 0)::int AS "movedAllocated",
      m.count::int AS movements, coalesce(m.newest, 0)::int AS newest, coalesce(o.units, 0)::int AS ordered
    FROM (
      SELECT * FROM stock WHERE sku > ${afterSku} AND (${skus}::text[] IS NULL OR sku = ANY(${skus}::text[])) ORDER BY sku LIMIT ${limit}
    ) s
    CROSS JOIN LATERAL (
      SELECT sum(on_hand_delta) AS on_hand, sum(allocated_delta) AS allocated, count(*) AS count, max(version) AS newest
      FROM stock_movements WHERE sku = s.sku
    ) m
    CROSS JOIN LATERAL (
      SELECT sum(l.quantity - l.shipped - l.dropped) AS units FROM order_lines l JOIN orders ON orders.id = l.order_id
      WHERE l.sku = s.sku AND orders.state NOT IN ('REJECTED', 'CANCELLED')
    ) o
    ORDER BY s.sku`
  return rows.map(({ movedOnHand, movedAllocated, movements: count, newest, ...row }) => ({
    ...row,
    sku: sku(row.sku),
    movements: { onHand: movedOnHand, allocated: movedAllocated, count, newest },
  }))
}

/** What the ledger says beside a version that core has applied. */
export type LedgerAt = {
  readonly version: number
  /** On hand − allocated at the version asked for. */
  readonly free: number
  /** Reservations that movements after it drop: core is yet to hear of them. */
  readonly dropped: ReadonlySet<string>
}

/** The ledger at the versions that core has applied; a SKU without a stock row is absent. One statement sees one moment. */
export async function ledgerAt(db: Db, applied: ReadonlyMap<Sku, number>): Promise<Map<Sku, LedgerAt>> {
  type Row = { sku: Sku; version: number; free: number; dropped: string[] }
  const rows = await db.$queryRaw<Row[]>`
    SELECT s.sku, s.version,
      (s.on_hand - s.allocated - coalesce((
        SELECT sum(m.on_hand_delta - m.allocated_delta) FROM stock_movements m WHERE m.sku = s.sku AND m.version > a.applied
      ), 0))::int AS free,
      ARRAY(
        SELECT unnest(m.dropped_reservations) FROM stock_movements m WHERE m.sku = s.sku AND m.version > a.applied
      ) AS dropped
    FROM unnest(${[...applied.keys()]}::text[], ${[...applied.values()]}::int[]) AS a(sku, applied) JOIN stock s USING (sku)`
  return new Map(rows.map(({ sku: unit, dropped, ...at }) => [unit, { ...at, dropped: new Set(dropped) }]))
}

/** Reservations looked up at a time; older ones of a flood of leaks have no date. */
const MOST_DATED = 100

/** When Postgres settled these reservations, by id; one that no movement of its SKU names is absent. Milliseconds. */
export async function settledAt(
  db: Db,
  reservations: readonly { readonly sku: string; readonly reservationId: string }[],
): Promise<Map<string, number>> {
  const some = reservations.slice(0, MOST_DATED)
  if (some.length === 0) return new Map()
  const rows = await db.$queryRaw<{ id: string; at: Date }[]>`
    SELECT r.id, max(m.created_at) AS at
    FROM unnest(${some.map(({ sku: unit }) => unit)}::text[], ${some.map(({ reservationId }) => reservationId)}::text[]) AS r(sku, id)
    JOIN stock_movements m ON m.sku = r.sku AND r.id = ANY(m.dropped_reservations)
    GROUP BY r.id`
  return new Map(rows.map(({ id, at }) => [id, at.getTime()]))
}
