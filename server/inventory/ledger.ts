import { type Sku, sku } from '#/domain/sku.ts'
import type { Db } from '../db/client.ts'
import type { Movement } from './stock-counters.ts'

/** The next movements of a SKU after a version, in order. */
export async function movementsAfter(db: Db, unit: Sku, version: number, limit: number): Promise<Movement[]> {
  const rows = await db.stockMovement.findMany({ where: { sku: unit, version: { gt: version } }, orderBy: { version: 'asc' }, take: limit })
  return rows.map((row) => ({
    version: row.version,
    delta: row.onHandDelta - row.allocatedDelta,
    droppedReservations: row.droppedReservations,
  }))
}

/** Versions of these SKUs' stock rows; one without a row is absent. */
export async function versionsOf(db: Db, skus: readonly Sku[]): Promise<Map<Sku, number>> {
  const rows = await db.$queryRaw<{ sku: Sku; version: number }[]>`SELECT sku, version FROM stock WHERE sku = ANY(${skus}::text[])`
  return new Map(rows.map((row) => [row.sku, row.version]))
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
