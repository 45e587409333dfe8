import type { CounterKey } from '#/domain/counter.ts'
import { isAllowance } from '#/domain/counter.ts'
import type { Db } from '../db/client.ts'

/** A row of the ledger with what its movements and the orders say of it, all as they stood at one moment. */
export type AuditedRow = {
  readonly key: CounterKey
  /** 0 of an allowance. */
  readonly onHand: number
  /** Allocated, or used. */
  readonly taken: number
  readonly version: number
  readonly movements: { readonly onHand: number; readonly taken: number; readonly count: number; readonly newest: number }
  /** Units that orders which hold stock have not shipped or dropped; null of an allowance. */
  readonly ordered: number | null
}

type Page = { readonly after: string; readonly limit: number } | { readonly keys: readonly CounterKey[] }
type Row = Omit<AuditedRow, 'movements'> & { movedOnHand: number; movedTaken: number; count: number; newest: number }

/** A page of stock rows, in key order after a key (`''` for the first), or these. */
export async function auditStock(db: Db, page: Page): Promise<AuditedRow[]> {
  const { keys, after, limit } = boundsOf(page)
  const rows = await db.$queryRaw<Row[]>`
    SELECT s.sku AS key, s.on_hand AS "onHand", s.allocated AS taken, s.version,
      coalesce(m.on_hand, 0)::int AS "movedOnHand", coalesce(m.allocated, 0)::int AS "movedTaken",
      m.count::int, coalesce(m.newest, 0)::int AS newest, coalesce(o.units, 0)::int AS ordered
    FROM (
      SELECT * FROM stock WHERE sku > ${after} AND (${keys}::text[] IS NULL OR sku = ANY(${keys}::text[])) ORDER BY sku LIMIT ${limit}
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
  return rows.map(toAudited)
}

/** The same of allowances. */
export async function auditAllowances(db: Db, page: Page): Promise<AuditedRow[]> {
  const { keys, after, limit } = boundsOf(page)
  const rows = await db.$queryRaw<Row[]>`
    SELECT a.key, 0 AS "onHand", a.used AS taken, a.version, 0 AS "movedOnHand", coalesce(m.used, 0)::int AS "movedTaken",
      m.count::int, coalesce(m.newest, 0)::int AS newest, NULL AS ordered
    FROM (
      SELECT * FROM allowances WHERE key > ${after} AND (${keys}::text[] IS NULL OR key = ANY(${keys}::text[])) ORDER BY key LIMIT ${limit}
    ) a
    CROSS JOIN LATERAL (
      SELECT sum(used_delta) AS used, count(*) AS count, max(version) AS newest FROM allowance_movements WHERE key = a.key
    ) m
    ORDER BY a.key`
  return rows.map(toAudited)
}

/** The rows of these counters, of either kind. */
export async function auditCounters(db: Db, keys: readonly CounterKey[]): Promise<AuditedRow[]> {
  const stock = await auditStock(db, { keys: keys.filter((key) => !isAllowance(key)) })
  return [...stock, ...(await auditAllowances(db, { keys: keys.filter(isAllowance) }))]
}

function boundsOf(page: Page) {
  return 'keys' in page ? { keys: page.keys, after: '', limit: page.keys.length } : { ...page, keys: null }
}

function toAudited({ movedOnHand: onHand, movedTaken: taken, count, newest, ...row }: Row): AuditedRow {
  return { ...row, movements: { onHand, taken, count, newest } }
}

/** What the ledger says beside a version that core has applied. */
export type LedgerAt = {
  readonly version: number
  /** On hand − allocated at the version asked for, or − used. */
  readonly free: number
  /** Reservations that movements after it drop: core is yet to hear of them. */
  readonly dropped: ReadonlySet<string>
}

/** Of an allowance that nobody has used. */
export const NO_ROW: LedgerAt = { version: 0, free: 0, dropped: new Set() }

/** The ledger at the versions that core has applied; a counter without a row is absent. One statement sees one moment. */
export async function ledgerAt(db: Db, applied: ReadonlyMap<CounterKey, number>): Promise<Map<CounterKey, LedgerAt>> {
  type LedgerRow = { key: CounterKey; version: number; free: number; dropped: string[] }
  const wanted = (allowances: boolean) => [...applied].filter(([key]) => isAllowance(key) === allowances)
  const [stock, allowances] = [wanted(false), wanted(true)]
  const rows = await db.$queryRaw<LedgerRow[]>`
    SELECT s.sku AS key, s.version,
      (s.on_hand - s.allocated - coalesce((
        SELECT sum(m.on_hand_delta - m.allocated_delta) FROM stock_movements m WHERE m.sku = s.sku AND m.version > a.applied
      ), 0))::int AS free,
      ARRAY(SELECT unnest(m.dropped_reservations) FROM stock_movements m WHERE m.sku = s.sku AND m.version > a.applied) AS dropped
    FROM unnest(${stock.map(([key]) => key)}::text[], ${stock.map(([, version]) => version)}::int[]) AS a(sku, applied)
    JOIN stock s USING (sku)
    UNION ALL
    SELECT l.key, l.version,
      (coalesce((SELECT sum(m.used_delta) FROM allowance_movements m WHERE m.key = l.key AND m.version > a.applied), 0) - l.used)::int AS free,
      ARRAY(SELECT unnest(m.dropped_reservations) FROM allowance_movements m WHERE m.key = l.key AND m.version > a.applied) AS dropped
    FROM unnest(${allowances.map(([key]) => key)}::text[], ${allowances.map(([, version]) => version)}::int[]) AS a(key, applied)
    JOIN allowances l USING (key)`
  return new Map(rows.map(({ key, dropped, ...at }) => [key, { ...at, dropped: new Set(dropped) }]))
}

/** Reservations looked up at a time; older ones of a flood of leaks have no date. */
const MOST_DATED = 100

/** When Postgres settled these reservations, by id; one that no movement of its counter names is absent. Milliseconds. */
export async function settledAt(
  db: Db,
  reservations: readonly { readonly key: string; readonly reservationId: string }[],
): Promise<Map<string, number>> {
  const some = reservations.slice(0, MOST_DATED)
  if (some.length === 0) return new Map()
  const rows = await db.$queryRaw<{ id: string; at: Date }[]>`
    SELECT r.id, max(m.created_at) AS at
    FROM unnest(${some.map(({ key }) => key)}::text[], ${some.map(({ reservationId }) => reservationId)}::text[]) AS r(key, id)
    JOIN (
      SELECT sku AS key, dropped_reservations, created_at FROM stock_movements
      UNION ALL SELECT key, dropped_reservations, created_at FROM allowance_movements
    ) m ON m.key = r.key AND r.id = ANY(m.dropped_reservations)
    GROUP BY r.id`
  return new Map(rows.map(({ id, at }) => [id, at.getTime()]))
}
