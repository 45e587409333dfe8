import { createHash } from 'node:crypto'
import { stateOfPaid } from '#/domain/fulfilment.ts'
import { type OrderState, STATES_PAID } from '#/domain/order-state.ts'
import { inSum, type RefundableLine, type Units } from '#/domain/refund.ts'
import type { Sku } from '#/domain/sku.ts'
import type { Tx } from '../db/client.ts'
import { lockStock, moveStock } from './move-stock.ts'
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
  /** How many it has, whatever became of them. */
  readonly refunds: number
  readonly trouble: string | null
  readonly lines: readonly LockedLine[]
}

/** What is read here stands until the commit. Null when there is no such order. Orders are locked before stock. */
export async function lockOrder(tx: Tx, orderId: string): Promise<LockedOrder | null> {
  type Row = Omit<LockedOrder, 'lines' | 'givenBackMinor' | 'refunds'>
  const [order] = await tx.$queryRaw<Row[]>`
    SELECT id::text AS "orderId", state::text, total_minor AS "totalMinor", captured_minor AS "capturedMinor",
      refunded_minor AS "refundedMinor", trouble
    FROM orders WHERE id = ${orderId}::uuid FOR UPDATE`
  if (!order) return null
  // A statement of its own: one that waited for the lock would still see the lines as they were before.
  const rows = await tx.$queryRaw<(LockedLine & Pick<LockedOrder, 'givenBackMinor' | 'refunds'>)[]>`
    SELECT position, sku, quantity, unit_price_minor AS "unitPriceMinor", discount_minor AS "discountMinor", shipped, dropped, returned,
      "givenBackMinor", refunds
    FROM order_lines, (
      SELECT count(*)::int AS refunds, coalesce(sum(amount_minor) FILTER (WHERE state = 'SUCCEEDED'), 0)::int AS "givenBackMinor"
      FROM refunds WHERE order_id = ${orderId}::uuid
    ) given
    WHERE order_id = ${orderId}::uuid ORDER BY position`
  const { givenBackMinor = 0, refunds = 0 } = rows[0] ?? {}
  return { ...order, lines: rows, givenBackMinor, refunds }
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
  /** Money that is asked back with it; below zero where that failed. */
  readonly refundedDelta?: number
  readonly nowMs: number
}

/**
 * The next version of a locked order, given as it is after the step, with its event and word to its page. The guard of its money stands in
 * the statement and in the table: never more goes back than came in.
 */
export async function noteStep(tx: Tx, order: LockedOrder, step: Step): Promise<void> {
  const { kind, detail, reason, trouble, refundedDelta = 0, nowMs } = step
  const state = isPaid(order) ? stateOfPaid(order) : order.state
  const told = await tx.$executeRaw`
    WITH changed AS (
      UPDATE orders SET version = version + 1, state = ${state}::order_state, refunded_minor = refunded_minor + ${refundedDelta},
        trouble = CASE WHEN ${trouble === undefined} THEN trouble ELSE ${trouble ?? null} END
      WHERE id = ${order.orderId}::uuid AND refunded_minor + ${refundedDelta} BETWEEN 0 AND captured_minor
      RETURNING id, version, state, attempt
    ), events AS (
      INSERT INTO order_events (order_id, version, kind, detail, state, attempt, reason, at)
      SELECT id, version, ${kind}, ${detail ? JSON.stringify(detail) : null}::jsonb, state, attempt, ${reason ?? null}, ${new Date(nowMs)}
      FROM changed
    )
    INSERT INTO outbox_messages (topic, subject) SELECT 'order.changed', id::text FROM changed`
  if (told !== 1) throw new Error(`order ${order.orderId} does not have ${refundedDelta} left to refund, though it was locked`)
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
  await lockStock(
    tx,
    moved.map(([unit]) => unit),
  )
  const changes = moved.map(([unit, deltas]) => ({ sku: unit, ...deltas, droppedReservations: [] }))
  await moveStock(tx, reason, changes, nowMs)
}

export type LineChange = { readonly position: number; readonly shipped?: number; readonly dropped?: number; readonly returned?: number }

/** Counts units of a locked order's lines as shipped, dropped or returned. */
export async function countUnits(tx: Tx, { orderId }: LockedOrder, changes: readonly LineChange[]): Promise<void> {
  await tx.$executeRaw`
    UPDATE order_lines l SET shipped = l.shipped + c.shipped, dropped = l.dropped + c.dropped, returned = l.returned + c.returned
    FROM unnest(
      ${changes.map((change) => change.position)}::int[],
      ${changes.map((change) => change.shipped ?? 0)}::int[],
      ${changes.map((change) => change.dropped ?? 0)}::int[],
      ${changes.map((change) => change.returned ?? 0)}::int[]
    ) AS c(position, shipped, dropped, returned)
    WHERE l.order_id = ${orderId}::uuid AND l.position = c.position`
}

/** Tells a repeated request from another one under the same id. */
export function fingerprint(...asked: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(asked)).digest('base64url')
}

/** The same units in one spelling. */
export function sameUnits(units: readonly Units[] | 'all'): readonly Units[] | 'all' {
  return units === 'all' ? 'all' : inSum(units)
}
