import { type CounterKey, isAllowance } from '#/domain/counter.ts'
import { type CounterChange, type IntakeDecision, isRejected, planIntake } from '#/domain/intake.ts'
import { UNPAID_HOLD_SECONDS } from '#/domain/order-state.ts'
import { fail, ok, type Result } from '#/domain/result.ts'
import type { Shard } from '#/domain/sharding.ts'
import { sku } from '#/domain/sku.ts'
import { arrayLiteral } from '../db/array-literal.ts'
import type { Db, Tx } from '../db/client.ts'
import { isDataError, sqlStateOf } from '../db/sql-state.ts'
import { type AllowanceMove, lockAllowances, lockStock, moveAllowances, moveStock, type StockMove } from './move-stock.ts'
import type { DataError, IntakeOrder, IntakeTally, NotTheWriter } from './order-book.ts'
import { MAIL_CHECK_MS } from './outbox.ts'

/** First key of the advisory locks of intake; the second is the shard. */
export const INTAKE_LOCK = 7001

/** When upkeep looks at an order that was just allocated, should its job be lost. */
const FIRST_CHECK_MS = 15_000

/** One transaction a batch: lock, admit whole orders in stream order in memory, write their sums. See domain/intake.ts for the decisions. */
export async function takeIn(
  db: Db,
  shard: Shard,
  batch: readonly IntakeOrder[],
  nowMs: number,
): Promise<Result<IntakeTally, NotTheWriter | DataError>> {
  try {
    return await db.$transaction(
      async (tx) => {
        if (!(await lockShard(tx, shard))) return fail('NOT_THE_WRITER')
        const orders = batch.map((placed) => ({ ...placed, lines: placed.order.lines.map((line) => ({ ...line, sku: sku(line.sku) })) }))
        const skus = [...new Set(orders.flatMap((placed) => placed.lines.map((line) => line.sku)))].sort()
        const recorded = await readRecorded(tx, orders)
        const stock = await lockStock(tx, skus)
        const used = await lockAllowances(
          tx,
          orders.flatMap((placed) => placed.allowances.map(({ key }) => key)),
        )
        const { decisions, changes } = planIntake(orders, { stock, used }, recorded)
        const decided = orders.map((placed, i) => ({ ...placed, decision: decisions[i] }))
        await insertOrders(
          tx,
          shard,
          decided.filter(({ decision }) => decision === 'allocate' || isRejected(decision)),
          nowMs,
        )
        await moveCounters(tx, changes, nowMs)
        await tellAgain(
          tx,
          decided.filter(({ decision }) => decision === 'redelivered' || decision === 'superseded').map((placed) => placed.orderId),
        )
        const count = (wanted: string) => decisions.filter((decision) => decision === wanted).length
        return ok({
          allocated: count('allocate'),
          rejected: decisions.filter(isRejected).length,
          redelivered: count('redelivered'),
          superseded: count('superseded'),
        })
      },
      { timeout: 15_000, maxWait: 5000 },
    )
  } catch (error) {
    if (isDataError(error)) return fail('DATA_ERROR', { sqlState: sqlStateOf(error) ?? '' })
    throw error
  }
}

/** Takes the shard's writer lock for this transaction, without waiting. */
export async function lockShard(tx: Tx, shard: Shard): Promise<boolean> {
  const [lock] = await tx.$queryRaw<{ locked: boolean }[]>`
    SELECT pg_try_advisory_xact_lock(${INTAKE_LOCK}::int, ${shard}::int) AS locked, set_config('lock_timeout', '2s', true)`
  return lock?.locked === true
}

async function readRecorded(tx: Tx, orders: readonly { orderId: string }[]): Promise<Map<string, string>> {
  const ids = arrayLiteral(orders.map((order) => order.orderId))
  const rows = await tx.$queryRaw<{ id: string; reservation_id: string }[]>`
    SELECT id::text, reservation_id FROM orders WHERE id = ANY(${ids}::uuid[])`
  return new Map(rows.map((row) => [row.id, row.reservation_id]))
}

async function moveCounters(tx: Tx, changes: ReadonlyMap<CounterKey, CounterChange>, nowMs: number): Promise<void> {
  const stock: StockMove[] = []
  const allowances: AllowanceMove[] = []
  for (const [key, { taken, droppedReservations }] of changes) {
    if (isAllowance(key)) allowances.push({ key, usedDelta: taken, droppedReservations })
    else stock.push({ sku: key, onHandDelta: 0, allocatedDelta: taken, droppedReservations })
  }
  await moveStock(tx, 'intake', stock, nowMs)
  await moveAllowances(tx, 'intake', allowances, nowMs)
}

/** A core that takes a recorded order anew has forgotten its state, and its page would say "received" until the order's next step. */
async function tellAgain(tx: Tx, orderIds: readonly string[]): Promise<void> {
  if (orderIds.length === 0) return
  await tx.outboxMessage.createMany({ data: [...new Set(orderIds)].map((subject) => ({ topic: 'order.changed', subject })) })
}

type Decided = IntakeOrder & { readonly decision: IntakeDecision | undefined }

async function insertOrders(tx: Tx, shard: Shard, orders: readonly Decided[], nowMs: number): Promise<void> {
  if (orders.length === 0) return
  const column = (read: (placed: Decided) => string | number | null) => arrayLiteral(orders.map(read))
  const now = new Date(nowMs)
  await tx.$executeRaw`
    WITH placed AS (
      INSERT INTO orders (
        id, shard, reservation_id, fingerprint, state, version, attempt, reason, email, name, street, city, postcode, country,
        delivery_method, code, code_version, subtotal_minor, discount_minor, delivery_minor, tax_minor, tax_mode, total_minor, currency,
        payment_method, placed_at, recorded_at, hold_until, next_check_at, mail_due_at
      )
      SELECT
        o.id, ${shard}::int, o.reservation_id, o.fingerprint,
        CASE WHEN o.reason IS NULL THEN 'ALLOCATED' ELSE 'REJECTED' END::order_state, 1, 0,
        o.reason,
        o.email, o.name, o.street, o.city, o.postcode, o.country, o.delivery_method,
        o.code, o.code_version, o.subtotal_minor, o.discount_minor, o.delivery_minor, o.tax_minor, o.tax_mode, o.total_minor, o.currency,
        o.payment_method, o.placed_at, ${now}::timestamptz, CASE WHEN o.reason IS NULL THEN ${new Date(nowMs + UNPAID_HOLD_SECONDS * 1000)}::timestamptz END,
        CASE WHEN o.reason IS NULL THEN ${new Date(nowMs + FIRST_CHECK_MS)}::timestamptz END,
        CASE WHEN o.reason IS NOT NULL THEN ${new Date(nowMs + MAIL_CHECK_MS)}::timestamptz END
      FROM unnest(
        ${column((p) => p.orderId)}::uuid[],
        ${column((p) => p.reservationId)}::text[],
        ${column((p) => p.fingerprint)}::text[],
        ${column((p) => (isRejected(p.decision) ? p.decision : null))}::text[],
        ${column((p) => p.order.email)}::text[],
        ${column((p) => p.order.name)}::text[],
        ${column((p) => p.order.street)}::text[],
        ${column((p) => p.order.city)}::text[],
        ${column((p) => p.order.postcode)}::text[],
        ${column((p) => p.order.country)}::text[],
        ${column((p) => p.order.deliveryMethod)}::text[],
        ${column((p) => p.order.code)}::text[],
        ${column((p) => p.order.codeVersion)}::int[],
        ${column((p) => p.order.subtotalMinor)}::int[],
        ${column((p) => p.order.discountMinor)}::int[],
        ${column((p) => p.order.deliveryMinor)}::int[],
        ${column((p) => p.order.taxMinor)}::int[],
        ${column((p) => p.order.taxMode)}::text[],
        ${column((p) => p.order.totalMinor)}::int[],
        ${column((p) => p.order.currency)}::text[],
        ${column((p) => p.order.paymentMethod)}::text[],
        ${column((p) => new Date(p.placedAtMs).toISOString())}::timestamptz[]
      ) AS o(
        id, reservation_id, fingerprint, reason, email, name, street, city, postcode, country, delivery_method,
        code, code_version, subtotal_minor, discount_minor, delivery_minor, tax_minor, tax_mode, total_minor, currency, payment_method,
        placed_at
      )
      RETURNING id, state
    )
    INSERT INTO outbox_messages (topic, subject)
    SELECT topic, string_agg(subject, ',') FROM (
      SELECT 'order.changed' AS topic, id::text AS subject FROM placed
      UNION ALL SELECT 'order.advance', id::text || '/1' FROM placed WHERE state = 'ALLOCATED'
      UNION ALL SELECT 'mail.send', id::text || '/rejected' FROM placed WHERE state = 'REJECTED'
    ) AS messages GROUP BY topic`

  const lines = orders.flatMap((placed) => placed.order.lines.map((line, position) => ({ ...line, orderId: placed.orderId, position })))
  const ofLines = (read: (line: (typeof lines)[number]) => string | number) => arrayLiteral(lines.map(read))
  await tx.$executeRaw`
    INSERT INTO order_lines (order_id, position, sku, offer_version, name, label, quantity, unit_price_minor, discount_minor, weight_grams)
    SELECT * FROM unnest(
      ${ofLines((line) => line.orderId)}::uuid[],
      ${ofLines((line) => line.position)}::int[],
      ${ofLines((line) => line.sku)}::text[],
      ${ofLines((line) => line.offerVersion)}::int[],
      ${ofLines((line) => line.name)}::text[],
      ${ofLines((line) => line.label)}::text[],
      ${ofLines((line) => line.quantity)}::int[],
      ${ofLines((line) => line.unitPriceMinor)}::int[],
      ${ofLines((line) => line.discountMinor)}::int[],
      ${ofLines((line) => line.weightGrams)}::int[]
    )`
}
