import { Prisma } from '../db/generated/client.ts'

/** The parcels of an order as one JSON value, oldest first, from any relation that has the columns of `orders`. Unpaid ones have none. */
export function parcelsJson(row: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`CASE WHEN ${row}.captured_minor = 0 AND ${row}.total_minor > 0 THEN '[]' ELSE (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
      'shipmentId', s.id, 'carrier', s.carrier, 'tracking', s.tracking, 'atMs', ${millis(Prisma.sql`s.at`)}, 'units', (
        SELECT jsonb_agg(jsonb_build_object('position', l.position, 'quantity', l.quantity) ORDER BY l.position)
        FROM shipment_lines l WHERE l.shipment_id = s.id
      )) ORDER BY s.at, s.id), '[]')
    FROM shipments s WHERE s.order_id = ${row}.id
  ) END`
}

/** The same of its refunds; those of nothing are left out. */
export function moneyBackJson(row: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`CASE WHEN ${row}.captured_minor = 0 THEN '[]' ELSE (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
      'refundId', r.id, 'amountMinor', r.amount_minor, 'state', r.state, 'atMs', ${millis(Prisma.sql`coalesce(r.settled_at, r.created_at)`)}
    ) ORDER BY r.created_at, r.id), '[]')
    FROM refunds r WHERE r.order_id = ${row}.id AND r.amount_minor > 0
  ) END`
}

function millis(instant: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(extract(epoch FROM ${instant}) * 1000)::float8`
}
