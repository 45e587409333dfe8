import type { AllowanceKey } from '#/domain/allowance.ts'
import { type CounterKey, isAllowance } from '#/domain/counter.ts'
import { type Sku, sku } from '#/domain/sku.ts'
import type { Db } from '../db/client.ts'
import type { AllowanceLevel } from '../orders/order-book.ts'
import type { Movement } from './stock-counters.ts'

/** The next movements of each counter after a version, in order, at most `limit` of each. */
export async function movementsAfter(
  db: Db,
  counters: readonly { key: CounterKey; after: number }[],
  limit: number,
): Promise<Map<CounterKey, Movement[]>> {
  type Row = { key: CounterKey; version: number; delta: number; dropped: string[] }
  const wanted = (allowances: boolean) => counters.filter(({ key }) => isAllowance(key) === allowances)
  const [stock, allowances] = [wanted(false), wanted(true)]
  const rows = await db.$queryRaw<Row[]>`
    SELECT w.key, m.version, m.on_hand_delta - m.allocated_delta AS delta, m.dropped_reservations AS dropped
    FROM unnest(${stock.map(({ key }) => key)}::text[], ${stock.map(({ after }) => after)}::int[]) AS w(key, after)
    CROSS JOIN LATERAL (SELECT * FROM stock_movements WHERE sku = w.key AND version > w.after ORDER BY version LIMIT ${limit}) m
    UNION ALL
    SELECT w.key, m.version, -m.used_delta AS delta, m.dropped_reservations AS dropped
    FROM unnest(${allowances.map(({ key }) => key)}::text[], ${allowances.map(({ after }) => after)}::int[]) AS w(key, after)
    CROSS JOIN LATERAL (
      SELECT * FROM allowance_movements a WHERE a.key = w.key AND version > w.after ORDER BY version LIMIT ${limit}
    ) m
    ORDER BY key, version`
  const byKey = new Map<CounterKey, Movement[]>()
  for (const { key, version, delta, dropped } of rows) {
    const movements = byKey.get(key) ?? []
    movements.push({ version, delta, droppedReservations: dropped })
    byKey.set(key, movements)
  }
  return byKey
}

/** Versions of these counters' rows; one without a row is absent. */
export async function versionsOf(db: Db, keys: readonly CounterKey[]): Promise<Map<CounterKey, number>> {
  const [skus, allowances] = [keys.filter((key) => !isAllowance(key)), keys.filter(isAllowance)]
  const rows = await db.$queryRaw<{ key: CounterKey; version: number }[]>`
    SELECT sku AS key, version FROM stock WHERE sku = ANY(${skus}::text[])
    UNION ALL SELECT key, version FROM allowances WHERE key = ANY(${allowances}::text[])`
  return new Map(rows.map((row) => [row.key, row.version]))
}

/** A page of allowances, in key order after a key. */
export async function readAllowances(db: Db, after: string, limit: number): Promise<AllowanceLevel[]> {
  const rows = await db.allowance.findMany({ where: { key: { gt: after } }, orderBy: { key: 'asc' }, take: limit })
  return rows.map((row) => ({ ...row, key: row.key as AllowanceKey }))
}

/** A page of all stock rows' versions, in key order after `afterSku` (`''` for the first). */
export async function stockVersions(db: Db, afterSku: string, limit: number): Promise<Map<Sku, number>> {
  const rows = await db.stock.findMany({
    where: { sku: { gt: afterSku } },
    orderBy: { sku: 'asc' },
    take: limit,
    select: { sku: true, version: true },
  })
  return new Map(rows.map((row) => [sku(row.sku), row.version]))
}
