import { randomUUID } from 'node:crypto'
import type { Placing } from '#/server/inventory/stock-counters.ts'

type Cell = string | number | null
type Row = Record<string, Cell>

/** Only where a list of the values does not say it. */
const TYPES: Record<string, string> = {
  id: 'uuid',
  order_id: 'uuid',
  state: 'order_state',
  placed_at: 'timestamptz',
  recorded_at: 'timestamptz',
  hold_until: 'timestamptz',
  next_check_at: 'timestamptz',
}

/** The row that intake writes for a placing, as wide as it is, made of nothing but the placing. */
export function orderRow({ fingerprint, order }: Placing, now: Date): Row {
  const { lines: _, ...placed } = order
  const columns = Object.entries(placed).map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value])
  const hold = new Date(now.getTime() + 7_200_000).toISOString()
  return {
    ...(Object.fromEntries(columns) as Row),
    ...{ id: randomUUID(), shard: 0, reservation_id: randomUUID(), fingerprint, state: 'ALLOCATED', version: 1, attempt: 0 },
    ...{ placed_at: now.toISOString(), recorded_at: now.toISOString(), hold_until: hold, next_check_at: hold },
  }
}

export function lineRows({ order }: Placing, orderId: string): Row[] {
  return order.lines.map((line, position) => ({
    ...{ order_id: orderId, position, sku: line.sku, offer_version: line.offerVersion, name: line.name, label: line.label },
    ...{
      quantity: line.quantity,
      unit_price_minor: line.unitPriceMinor,
      discount_minor: line.discountMinor,
      weight_grams: line.weightGrams,
    },
  }))
}

/** One statement for rows that have the same columns: a parameter a column, each the list of its values. */
export function unnestInsert(table: string, rows: readonly Row[]): { name: string; text: string; values: Cell[][] } {
  const [first = {}] = rows
  const columns = Object.keys(first)
  const types = columns.map(
    (name) => TYPES[name] ?? (rows.some((row) => typeof row[name] === 'number') || name.endsWith('_version') ? 'int' : 'text'),
  )
  const lists = types.map((type, i) => `$${i + 1}::${type}[]`)
  return {
    name: `bare-${table}`,
    text: `INSERT INTO ${table} (${columns.join(', ')}) SELECT * FROM unnest(${lists.join(', ')})`,
    values: columns.map((name) => rows.map((row) => row[name] ?? null)),
  }
}

/** What a shop without an intake does for each order: insert it and its line, take the unit if there is one, commit. */
export function orderTransaction(placing: Placing, skuPrefix: string): string {
  const order = { ...orderRow(placing, new Date()), id: 'gen_random_uuid()', reservation_id: 'gen_random_uuid()::text' }
  const [line] = lineRows(placing, '')
  const sku = `'${skuPrefix}' || :item::text`
  return [
    '\\set item random(1, :items)',
    'BEGIN;',
    `${insert('orders', order, ['id', 'reservation_id'])} RETURNING id AS order_id \\gset`,
    `${insert('order_lines', { ...line, order_id: ':order_id::uuid', sku }, ['order_id', 'sku'])};`,
    `UPDATE stock SET allocated = allocated + 1, version = version + 1 WHERE sku = ${sku} AND allocated + 1 <= on_hand;`,
    'COMMIT;',
    '',
  ].join('\n')
}

function insert(table: string, row: Row, expressions: readonly string[]): string {
  const values = Object.entries(row).map(([name, value]) => (expressions.includes(name) ? value : literal(value)))
  return `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${values.join(', ')})`
}

function literal(value: Cell): string {
  if (value === null) return 'NULL'
  return typeof value === 'number' ? `${value}` : `'${value.replaceAll("'", "''")}'`
}
