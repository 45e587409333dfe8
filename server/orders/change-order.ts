import { SHOPPERS_HOLD_SECONDS, STATES_PAYABLE, STATES_UNPAID } from '#/domain/order-state.ts'
import type { Db, Tx } from '../db/client.ts'
import { Prisma } from '../db/generated/client.ts'
import type {
  ActionRequired,
  Asked,
  Cancelled,
  CancelRequest,
  Confirmed,
  Declined,
  Order,
  StartedPaying,
  StartPaying,
  Trouble,
} from './order-book.ts'
import type { EventKind } from './order-events.ts'
import { MAIL_CHECK_MS } from './outbox.ts'
import { orderJson, toOrder } from './read-order.ts'

/** When upkeep looks at an order that the gateway, or its shopper at the bank, is at. */
const FIRST_CHECK = Prisma.sql`interval '15 s'`

const PAYABLE = inStates(STATES_PAYABLE)
const UNPAID = inStates(STATES_UNPAID)

/** What every step has in common that takes an order on: what was wrong before is over. */
const MOVES_ON = Prisma.sql`trouble = NULL, checks = 0`

/** From the first time that payment needs the shopper on, never longer: card after card must not hold the items for ever. */
const SHOPPERS_HOLD = Prisma.sql`LEAST(o.hold_until, a.at + ${`${SHOPPERS_HOLD_SECONDS} s`}::interval)`

export async function startPaying(db: Db, batch: readonly Asked<StartPaying>[]): Promise<StartedPaying[]> {
  const changed = await changeOrders(db, {
    asked: Prisma.sql`unnest(
      ${ids(batch)}::uuid[], ${instants(batch)}::timestamptz[], ${batch.map((asked) => asked.afterAttempt)}::int[],
      ${batch.map((asked) => asked.paymentMethod)}::text[], ${batch.map((asked) => asked.tellWorker)}::boolean[]
    ) WITH ORDINALITY AS a(id, at, after_attempt, payment_method, tell_worker, n)`,
    guard: Prisma.sql`o.state IN ${PAYABLE} AND o.attempt = a.after_attempt AND o.cancel_reason IS NULL AND o.hold_until > a.at`,
    set: Prisma.sql`${MOVES_ON}, state = 'PAYING', attempt = o.attempt + 1, reason = NULL, action_url = NULL,
      payment_method = coalesce(a.payment_method, o.payment_method), next_check_at = a.at + ${FIRST_CHECK}`,
    messages: Prisma.sql`SELECT 'order.advance', c.id::text || '/' || c.version FROM changed c JOIN asked a USING (n) WHERE a.tell_worker`,
    whole: true,
  })
  return changed.map(({ isChanged, order }) => ({ started: isChanged, order: order && toOrder(order) }))
}

/** Without a step of the order's own: nothing that anybody sees has changed. */
export async function bindIntents(
  db: Db,
  batch: readonly { readonly orderId: string; readonly intentId: string }[],
): Promise<(string | null)[]> {
  const rows = await db.$queryRaw<{ intentId: string | null }[]>`
    WITH asked AS (
      SELECT * FROM unnest(${ids(batch)}::uuid[], ${batch.map((asked) => asked.intentId)}::text[]) WITH ORDINALITY AS a(id, intent_id, n)
    ), standing AS (
      SELECT o.* FROM orders o WHERE o.id IN (SELECT id FROM asked) ORDER BY o.id FOR UPDATE
    ), first AS (
      SELECT DISTINCT ON (a.id) a.id, a.intent_id FROM asked a JOIN standing o USING (id)
      WHERE o.payment_intent_id IS NULL AND o.cancel_reason IS NULL AND o.state IN ${UNPAID} ORDER BY a.id, a.n
    ), bound AS (
      UPDATE orders o SET payment_intent_id = first.intent_id FROM first WHERE o.id = first.id RETURNING o.id, o.payment_intent_id
    )
    SELECT coalesce(bound.payment_intent_id, standing.payment_intent_id) AS "intentId"
    FROM asked LEFT JOIN bound USING (id) LEFT JOIN standing USING (id) ORDER BY asked.n`
  return rows.map(({ intentId }) => intentId)
}

export async function confirmOrders(db: Db, batch: readonly Asked<object>[]): Promise<Confirmed[]> {
  const changed = await changeOrders(db, {
    asked: simply(batch),
    guard: Prisma.sql`o.state IN ${UNPAID}`,
    set: Prisma.sql`${MOVES_ON}, ${ended()}, state = 'CONFIRMED', reason = NULL, captured_minor = o.total_minor`,
    messages: Prisma.sql`SELECT 'mail.send', id::text || '/receipt' FROM changed`,
  })
  return changed.map(({ isChanged, order }) => {
    if (!order) throw new Error('an order that was paid is missing')
    return isChanged ? 'confirmed' : order.state === 'CANCELLED' ? 'refund-due' : 'already'
  })
}

export async function declineOrders(db: Db, batch: readonly Asked<Declined>[]): Promise<boolean[]> {
  const changed = await changeOrders(db, {
    asked: Prisma.sql`unnest(
      ${ids(batch)}::uuid[], ${instants(batch)}::timestamptz[], ${batch.map((asked) => asked.attempt)}::int[],
      ${batch.map((asked) => asked.reason)}::text[]
    ) WITH ORDINALITY AS a(id, at, attempt, reason, n)`,
    guard: Prisma.sql`o.state IN ('PAYING', 'ACTION_REQUIRED') AND o.attempt = a.attempt`,
    set: Prisma.sql`${MOVES_ON}, state = 'DECLINED', reason = a.reason, action_url = NULL, hold_until = ${SHOPPERS_HOLD},
      next_check_at = CASE WHEN o.cancel_reason IS NULL THEN ${SHOPPERS_HOLD} ELSE a.at + ${FIRST_CHECK} END`,
  })
  return changed.map(({ isChanged }) => isChanged)
}

export async function requireActions(db: Db, batch: readonly Asked<ActionRequired>[]): Promise<boolean[]> {
  const changed = await changeOrders(db, {
    asked: Prisma.sql`unnest(
      ${ids(batch)}::uuid[], ${instants(batch)}::timestamptz[], ${batch.map((asked) => asked.attempt)}::int[],
      ${batch.map((asked) => asked.url)}::text[]
    ) WITH ORDINALITY AS a(id, at, attempt, url, n)`,
    guard: Prisma.sql`o.state = 'PAYING' AND o.attempt = a.attempt`,
    set: Prisma.sql`${MOVES_ON}, state = 'ACTION_REQUIRED', reason = NULL, action_url = a.url, hold_until = ${SHOPPERS_HOLD},
      next_check_at = LEAST(${SHOPPERS_HOLD}, a.at + ${FIRST_CHECK})`,
    kind: 'action',
  })
  return changed.map(({ isChanged }) => isChanged)
}

export async function requestCancels(db: Db, batch: readonly Asked<CancelRequest>[]): Promise<(Order | null)[]> {
  const changed = await changeOrders(db, {
    asked: Prisma.sql`unnest(${ids(batch)}::uuid[], ${instants(batch)}::timestamptz[], ${batch.map((asked) => asked.reason)}::text[])
      WITH ORDINALITY AS a(id, at, reason, n)`,
    guard: Prisma.sql`o.state IN ${UNPAID} AND o.cancel_reason IS NULL`,
    // The checks stay: they tell one try to charge from another.
    set: Prisma.sql`cancel_reason = a.reason, next_check_at = LEAST(o.next_check_at, a.at + ${FIRST_CHECK})`,
    kind: 'cancel-requested',
    reason: Prisma.sql`cancel_reason`,
    messages: Prisma.sql`SELECT 'order.advance', id::text || '/' || version FROM changed`,
    whole: true,
  })
  return changed.map(({ isChanged, order }) => (isChanged && order ? toOrder(order) : null))
}

export async function setTroubles(db: Db, batch: readonly Asked<Trouble>[]): Promise<undefined[]> {
  const changed = await changeOrders(db, {
    asked: Prisma.sql`unnest(${ids(batch)}::uuid[], ${instants(batch)}::timestamptz[], ${batch.map((asked) => asked.trouble)}::text[])
      WITH ORDINALITY AS a(id, at, trouble, n)`,
    guard: Prisma.sql`o.trouble IS DISTINCT FROM a.trouble`,
    set: Prisma.sql`trouble = a.trouble`,
    kind: 'trouble',
    reason: Prisma.sql`trouble`,
  })
  return changed.map(() => undefined)
}

/** Ends unpaid orders whose intent, the one named here, is cancelled. Their units are given back in the same transaction: cancel-order.ts. */
export function endUnpaid(tx: Tx, batch: readonly Asked<Cancelled>[]): Promise<Changed[]> {
  return changeOrders(tx, {
    asked: Prisma.sql`unnest(${ids(batch)}::uuid[], ${instants(batch)}::timestamptz[], ${batch.map((asked) => asked.intentId)}::text[])
      WITH ORDINALITY AS a(id, at, intent_id, n)`,
    guard: Prisma.sql`o.state IN ${UNPAID} AND o.payment_intent_id IS NOT DISTINCT FROM a.intent_id`,
    set: Prisma.sql`${MOVES_ON}, ${ended()}, state = 'CANCELLED',
      reason = coalesce(o.cancel_reason, CASE WHEN o.hold_until <= a.at THEN 'NOT_PAID_IN_TIME' ELSE 'PAYMENT_CANCELLED' END)`,
    messages: Prisma.sql`SELECT 'mail.send', id::text || '/cancelled' FROM changed`,
  })
}

/** What every end has in common: nothing is held or looked at any more, and a mail tells of it. */
function ended(): Prisma.Sql {
  return Prisma.sql`hold_until = NULL, next_check_at = NULL, action_url = NULL, mail_due_at = a.at + ${`${MAIL_CHECK_MS} ms`}::interval`
}

type Change = {
  /** One row `a` an order that is asked for: `id`, `at`, whatever else, and `n`, its place. */
  readonly asked: Prisma.Sql
  /** Whether `a` may happen to `o`, the order as it stands. It is locked: state and attempt in here are what two workers race for. */
  readonly guard: Prisma.Sql
  readonly set: Prisma.Sql
  readonly kind?: EventKind
  /** What the event notes beside the state, of the changed row. */
  readonly reason?: Prisma.Sql
  /** What else follows: rows `(topic, subject)` of `changed`. */
  readonly messages?: Prisma.Sql
  /** Whether lines are told too. */
  readonly whole?: boolean
}

type Changed = { readonly isChanged: boolean; readonly order: Record<string, unknown> | null }

/**
 * One statement for a whole batch: guarded update, event, word to the page, what else follows. Rows are locked in key order, so that no two
 * batches deadlock. Answers in the order asked with each order as it stands afterwards; of several that ask for the same the first wins.
 */
async function changeOrders(db: Db | Tx, change: Change): Promise<Changed[]> {
  const { asked, guard, set, kind = 'state', reason = Prisma.sql`reason`, messages, whole = false } = change
  const json = (row: Prisma.Sql) => (whole ? orderJson(row) : Prisma.sql`to_jsonb(${row})`)
  return db.$queryRaw<Changed[]>`
    WITH asked AS (
      SELECT * FROM ${asked}
    ), standing AS (
      SELECT o.* FROM orders o WHERE o.id IN (SELECT id FROM asked) ORDER BY o.id FOR UPDATE
    ), first AS (
      SELECT DISTINCT ON (a.id) a.* FROM asked a JOIN standing o USING (id) WHERE ${guard} ORDER BY a.id, a.n
    ), changed AS (
      UPDATE orders o SET version = o.version + 1, ${set} FROM first a WHERE o.id = a.id RETURNING a.n, a.at, o.*
    ), events AS (
      INSERT INTO order_events (order_id, version, kind, state, attempt, reason, at)
      SELECT id, version, ${kind}, state, attempt, ${reason}, at FROM changed
    ), told AS (
      INSERT INTO outbox_messages (topic, subject)
      SELECT 'order.changed', id::text FROM changed ${messages ? Prisma.sql`UNION ALL ${messages}` : Prisma.empty}
    )
    SELECT changed.n IS NOT DISTINCT FROM asked.n AS "isChanged",
      CASE WHEN changed.id IS NOT NULL THEN ${json(Prisma.sql`changed`)} WHEN standing.id IS NOT NULL THEN ${json(Prisma.sql`standing`)} END
        AS order
    FROM asked LEFT JOIN changed USING (id) LEFT JOIN standing USING (id) ORDER BY asked.n`
}

function simply(batch: readonly Asked<object>[]): Prisma.Sql {
  return Prisma.sql`unnest(${ids(batch)}::uuid[], ${instants(batch)}::timestamptz[]) WITH ORDINALITY AS a(id, at, n)`
}

function ids(batch: readonly { readonly orderId: string }[]): string[] {
  return batch.map((asked) => asked.orderId)
}

function instants(batch: readonly Asked<object>[]): Date[] {
  return batch.map((asked) => new Date(asked.nowMs))
}

function inStates(states: readonly string[]): Prisma.Sql {
  return Prisma.raw(`(${states.map((state) => `'${state}'`).join(', ')})`)
}
