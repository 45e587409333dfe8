import type { AllowanceKey } from '#/domain/allowance.ts'
import type { Sku } from '#/domain/sku.ts'
import { arrayLiteral } from '../db/array-literal.ts'
import type { Tx } from '../db/client.ts'

type Move = { readonly droppedReservations: readonly string[] }
export type StockMove = Move & { readonly sku: Sku; readonly onHandDelta: number; readonly allocatedDelta: number }
export type AllowanceMove = Move & { readonly key: AllowanceKey; readonly usedDelta: number }

/**
 * The only way stock changes in Postgres: the row's sums, its next version, one movement under that version, and word to core. The caller
 * holds the rows locked in key order or changes one only. A move that would oversell breaks the table's constraint.
 */
export async function moveStock(tx: Tx, reason: string, moves: readonly StockMove[], nowMs: number): Promise<void> {
  if (moves.length === 0) return
  const ordered = [...moves].sort((a, b) => (a.sku < b.sku ? -1 : 1))
  await tx.$executeRaw`
    WITH move AS (
      SELECT * FROM unnest(
        ${arrayLiteral(ordered.map((move) => move.sku))}::text[],
        ${arrayLiteral(ordered.map((move) => move.onHandDelta))}::int[],
        ${arrayLiteral(ordered.map((move) => move.allocatedDelta))}::int[],
        ${arrayLiteral(ordered.map((move) => move.droppedReservations.join(',')))}::text[]
      ) AS m(sku, on_hand_delta, allocated_delta, dropped)
    ), changed AS (
      UPDATE stock SET
        on_hand = stock.on_hand + move.on_hand_delta,
        allocated = stock.allocated + move.allocated_delta,
        version = stock.version + 1
      FROM move WHERE stock.sku = move.sku
      RETURNING stock.sku, stock.version
    ), recorded AS (
      INSERT INTO stock_movements (sku, version, reason, on_hand_delta, allocated_delta, dropped_reservations, created_at)
      SELECT sku, changed.version, ${reason}, on_hand_delta, allocated_delta,
        CASE WHEN dropped = '' THEN '{}' ELSE string_to_array(dropped, ',') END, ${new Date(nowMs)}
      FROM changed JOIN move USING (sku)
    )
    INSERT INTO outbox_messages (topic, subject) SELECT 'stock.moved', string_agg(sku, ',') FROM changed HAVING count(*) > 0`
}

/** The same for allowances, whose rows `lockAllowances` made and locked. */
export async function moveAllowances(tx: Tx, reason: string, moves: readonly AllowanceMove[], nowMs: number): Promise<void> {
  if (moves.length === 0) return
  const ordered = [...moves].sort((a, b) => (a.key < b.key ? -1 : 1))
  await tx.$executeRaw`
    WITH move AS (
      SELECT * FROM unnest(
        ${arrayLiteral(ordered.map((move) => move.key))}::text[],
        ${arrayLiteral(ordered.map((move) => move.usedDelta))}::int[],
        ${arrayLiteral(ordered.map((move) => move.droppedReservations.join(',')))}::text[]
      ) AS m(key, used_delta, dropped)
    ), changed AS (
      UPDATE allowances SET used = allowances.used + move.used_delta, version = allowances.version + 1
      FROM move WHERE allowances.key = move.key
      RETURNING allowances.key, allowances.version
    ), recorded AS (
      INSERT INTO allowance_movements (key, version, reason, used_delta, dropped_reservations, created_at)
      SELECT key, changed.version, ${reason}, used_delta, CASE WHEN dropped = '' THEN '{}' ELSE string_to_array(dropped, ',') END,
        ${new Date(nowMs)}
      FROM changed JOIN move USING (key)
    )
    INSERT INTO outbox_messages (topic, subject) SELECT 'allowance.moved', string_agg(key, ',') FROM changed HAVING count(*) > 0`
}

/** Stock rows come first and allowances second, each in key order, in every transaction: none waits for another in a circle. */
export async function lockStock(tx: Tx, skus: readonly Sku[]) {
  const rows = await tx.$queryRaw<{ sku: Sku; onHand: number; allocated: number }[]>`
    SELECT sku, on_hand AS "onHand", allocated FROM stock WHERE sku = ANY(${skus}::text[]) ORDER BY sku FOR UPDATE`
  return new Map(rows.map((row) => [row.sku, row]))
}

/** Makes the rows that are missing, and returns what was used so far. */
export async function lockAllowances(tx: Tx, keys: readonly AllowanceKey[]): Promise<Map<AllowanceKey, number>> {
  if (keys.length === 0) return new Map()
  const ordered = [...new Set(keys)].sort()
  await tx.$executeRaw`
    INSERT INTO allowances (key, used, version) SELECT key, 0, 0 FROM unnest(${ordered}::text[]) AS k(key) ON CONFLICT DO NOTHING`
  const rows = await tx.$queryRaw<{ key: AllowanceKey; used: number }[]>`
    SELECT key, used FROM allowances WHERE key = ANY(${ordered}::text[]) ORDER BY key FOR UPDATE`
  return new Map(rows.map((row) => [row.key, row.used]))
}
