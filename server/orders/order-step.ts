import { createHash } from 'node:crypto'
import { stateOfPaid } from '#/domain/fulfilment.ts'
import { type OrderState, STATES_PAID } from '#/domain/order-state.ts'
import { inSum, type RefundableLine, type Units } from '#/domain/refund.ts'
import type { Sku } from '#/domain/sku.ts'
import type { Tx } from '../db/client.ts'
import { moveStock } from './move-stock.ts'
import type { EventKind } from './order-events.ts'

/** For a merchant's steps, which are not so many that they share statements. Milliseconds. */
export const ONE_STEP = { timeout: 10_000, maxWait: 5000 } as const

export type LockedLine = RefundableLine & { readonly sku: Sku }

export type LockedOrder = {
  readonly orderId: string
  readonly state: OrderState
  readonly totalMinor: number
  readonly capturedMinor: number
  /** Of every refund that was asked for and did not fail, and of those that succeeded. */
  readonly refundedMinor: number
  readonly givenBackMinor: number
  readonly trouble: string | null
  readonly lines: readonly LockedLine[]
}

/** What is read here stands until the commit. Null when there is no such order. Orders are locked before stock. */
export async function lockOrder(tx: Tx, orderId: string): Promise<LockedOrder | null> {
  type Row = Omit<LockedOrder, 'lines' | 'givenBackMinor'>
  const [order] = await tx.$queryRaw<Row[]>`
    SELECT id::text AS "orderId", state::text, total_minor AS "totalMinor", captured_minor AS "capturedMinor",
      refunded_minor AS "refundedMinor", trouble
    FROM orders WHERE id = ${orderId}::uuid FOR UPDATE`
  if (!order) return null
  // A statement of its own: one that waited for the lock would still see the lines as they were before.
  const rows = await tx.orderLine.findMany({ where: { orderId }, orderBy: { position: 'asc' } })
  const { _sum } = await tx.refund.aggregate({ where: { orderId, state: 'SUCCEEDED' }, _sum: { amountMinor: true } })
  return { ...order, lines: rows.map((row) => ({ ...row, sku: row.sku as Sku })), givenBackMinor: _sum.amountMinor ?? 0 }
}

export function isPaid({ state }: Pick<LockedOrder, 'state'>): boolean {
  return (STATES_PAID as readonly OrderState[]).includes(state)
}

type Step = {
  readonly kind: EventKind
  readonly detail?: { readonly [name: string]: string | number }
  readonly reason?: string
  /** Left out: what was wrong stays as it is. */
  readonly trouble?: string | null
  readonly nowMs: number
}

/** The next version of a locked order, given as it is after the step, with its event and word to its page. */
export async function noteStep(tx: Tx, order: LockedOrder, { kind, detail, reason, trouble, nowMs }: Step): Promise<void> {
  const state = isPaid(order) ? stateOfPaid(order) : order.state
  await tx.$executeRaw`
    WITH changed AS (
      UPDATE orders SET version = version + 1, state = ${state}::order_state,
        trouble = CASE WHEN ${trouble === undefined} THEN trouble ELSE ${trouble ?? null} END
      WHERE id = ${order.orderId}::uuid RETURNING id, version, state, attempt
    ), events AS (
      INSERT INTO order_events (order_id, version, kind, detail, state, attempt, reason, at)
      SELECT id, version, ${kind}, ${detail ? JSON.stringify(detail) : null}::jsonb, state, attempt, ${reason ?? null}, ${new Date(nowMs)}
      FROM changed
    )
    INSERT INTO outbox_messages (topic, subject) SELECT 'order.changed', id::text FROM changed`
}

export type LineMove = { readonly position: number; readonly onHandDelta: number; readonly allocatedDelta: number }

/** Moves the stock of an order's lines, its rows locked in key order as intake does. */
export async function moveLines(
  tx: Tx,
  { lines }: LockedOrder,
  reason: 'ship' | 'refund',
  moves: readonly LineMove[],
  nowMs: number,
): Promise<void> {
  const sums = new Map<Sku, { onHandDelta: number; allocatedDelta: number }>()
  for (const { position, onHandDelta, allocatedDelta } of moves) {
    const unit = lines.find((line) => line.position === position)?.sku
    if (!unit) throw new Error(`a move of line ${position}, which the order does not have`)
    const sum = sums.get(unit) ?? { onHandDelta: 0, allocatedDelta: 0 }
    sums.set(unit, { onHandDelta: sum.onHandDelta + onHandDelta, allocatedDelta: sum.allocatedDelta + allocatedDelta })
  }
  const moved = [...sums].filter(([, { onHandDelta, allocatedDelta }]) => onHandDelta !== 0 || allocatedDelta !== 0)
  if (moved.length === 0) return
  await tx.$queryRaw`SELECT sku FROM stock WHERE sku = ANY(${moved.map(([unit]) => unit)}::text[]) ORDER BY sku FOR UPDATE`
  const changes = moved.map(([unit, deltas]) => ({ sku: unit, ...deltas, droppedReservations: [] }))
  await moveStock(tx, reason, changes, nowMs)
}

/** Tells a repeated request from another one under the same id. */
export function fingerprint(...asked: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(asked)).digest('base64url')
}

/** The same units in one spelling. */
export function sameUnits(units: readonly Units[] | 'all'): readonly Units[] | 'all' {
  return units === 'all' ? 'all' : inSum(units)
}
