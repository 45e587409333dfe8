import type { StockChange } from '#/domain/intake.ts'
import type { Sku } from '#/domain/sku.ts'
import type { Tx } from '../db/client.ts'

export type StockMove = StockChange & { readonly sku: Sku; readonly onHandDelta: number }

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
        ${ordered.map((move) => move.sku)}::text[],
        ${ordered.map((move) => move.onHandDelta)}::int[],
        ${ordered.map((move) => move.allocatedDelta)}::int[],
        ${ordered.map((move) => move.droppedReservations.join(','))}::text[]
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
    INSERT INTO outbox_messages (topic, subject) SELECT 'stock.moved', sku FROM changed`
}
