import { type AllowanceKey, allowancesOf } from '#/domain/allowance.ts'
import { type Sku, sku } from '#/domain/sku.ts'
import type { Tx } from '../db/client.ts'
import { lockAllowances, lockStock, moveAllowances, moveStock } from './move-stock.ts'
import { customerOf } from './placed-order.ts'

/** Returns everything that unpaid orders took: units of stock, uses of codes, customers' allowances. Rows are locked as intake does. */
export async function giveBack(tx: Tx, orderIds: readonly string[], nowMs: number): Promise<void> {
  const units = new Map<Sku, number>()
  const uses = new Map<AllowanceKey, number>()
  for (const { lines, discount, customer } of await readTaken(tx, orderIds)) {
    for (const line of lines) units.set(line.sku, (units.get(line.sku) ?? 0) + line.quantity)
    for (const { key, units: used } of allowancesOf(lines, discount, customer)) uses.set(key, (uses.get(key) ?? 0) + used)
  }
  await lockStock(tx, [...units.keys()])
  await lockAllowances(tx, [...uses.keys()])
  const stock = [...units].map(([unit, quantity]) => ({ sku: unit, onHandDelta: 0, allocatedDelta: -quantity, droppedReservations: [] }))
  await moveStock(tx, 'cancel', stock, nowMs)
  await moveAllowances(
    tx,
    'cancel',
    [...uses].map(([key, used]) => ({ key, usedDelta: -used, droppedReservations: [] })),
    nowMs,
  )
}

/** What each order took, read off the versions of offers and codes that it names. */
async function readTaken(tx: Tx, orderIds: readonly string[]) {
  type Row = {
    id: string
    email: string
    code: string | null
    max_uses: number | null
    max_uses_per_customer: number | null
    lines: { sku: string; quantity: number; limitPerCustomer: number | null }[]
  }
  const rows = await tx.$queryRaw<Row[]>`
    SELECT o.id::text, o.email, o.code, c.max_uses, c.max_uses_per_customer,
      jsonb_agg(jsonb_build_object('sku', l.sku, 'quantity', l.quantity, 'limitPerCustomer', f.limit_per_customer)) AS lines
    FROM orders o
    JOIN order_lines l ON l.order_id = o.id
    JOIN offers f ON f.sku = l.sku AND f.version = l.offer_version
    LEFT JOIN discount_code_versions c ON c.code = o.code AND c.version = o.code_version
    WHERE o.id = ANY(${orderIds}::uuid[])
    GROUP BY o.id, c.code, c.version`
  return rows.map((row) => ({
    customer: customerOf(row.email),
    lines: row.lines.map((line) => ({ ...line, sku: sku(line.sku) })),
    discount: row.code === null ? null : { code: row.code, maxUses: row.max_uses, maxUsesPerCustomer: row.max_uses_per_customer },
  }))
}
