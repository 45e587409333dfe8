import { STATES_PAYABLE, STATES_UNPAID } from '#/domain/order-state.ts'
import type { Db, Tx } from '../db/client.ts'
import type { OrderUpdateManyMutationInput, OrderWhereInput } from '../db/generated/models/Order.ts'
import type { OrderModel } from '../db/generated/models.ts'
import { giveBack } from './give-back.ts'
import type { MailKind, Order, StartPaying } from './order-book.ts'
import { MAIL_CHECK_MS } from './outbox.ts'
import { findOrder } from './read-order.ts'

/** When upkeep looks at an order whose payment was being taken. */
const PAYING_CHECK_MS = 15_000

export async function startPaying(
  db: Db,
  orderId: string,
  { afterAttempt, paymentMethod, tellWorker, nowMs }: StartPaying,
): Promise<Order | null> {
  const row = await db.$transaction(async (tx) => {
    const changed = await changeOrder(
      tx,
      { id: orderId, attempt: afterAttempt, state: { in: [...STATES_PAYABLE] } },
      {
        state: 'PAYING',
        attempt: { increment: 1 },
        paymentMethod,
        reason: null,
        nextCheckAt: new Date(nowMs + PAYING_CHECK_MS),
        checks: 0,
      },
      nowMs,
    )
    if (changed && tellWorker) await tell(tx, 'order.advance', `${orderId}/${changed.version}`)
    return changed
  })
  return row && findOrder(db, orderId)
}

export async function bindIntent(db: Db, orderId: string, intentId: string): Promise<string> {
  await db.order.updateMany({ where: { id: orderId, paymentIntentId: null }, data: { paymentIntentId: intentId } })
  const { paymentIntentId } = await db.order.findUniqueOrThrow({ where: { id: orderId }, select: { paymentIntentId: true } })
  if (!paymentIntentId) throw new Error(`order ${orderId} has no payment intent after binding one`)
  return paymentIntentId
}

export function confirm(db: Db, orderId: string, nowMs: number): Promise<'confirmed' | 'already' | 'refund-due'> {
  return db.$transaction(async (tx) => {
    const confirmed = await changeOrder(
      tx,
      { id: orderId, state: { in: [...STATES_UNPAID] } },
      { state: 'CONFIRMED', reason: null, ...ended(nowMs) },
      nowMs,
    )
    if (confirmed) {
      await tellOfMail(tx, orderId, 'receipt')
      return 'confirmed'
    }
    const { state } = await tx.order.findUniqueOrThrow({ where: { id: orderId }, select: { state: true } })
    return state === 'CANCELLED' ? 'refund-due' : 'already'
  })
}

export async function decline(
  db: Db,
  orderId: string,
  attempt: number,
  { reason, holdUntilMs, nowMs }: { reason: string; holdUntilMs: number; nowMs: number },
): Promise<boolean> {
  const holdUntil = new Date(holdUntilMs)
  const declined = await db.$transaction((tx) =>
    changeOrder(
      tx,
      { id: orderId, attempt, state: 'PAYING' },
      { state: 'DECLINED', reason, holdUntil, nextCheckAt: holdUntil, checks: 0 },
      nowMs,
    ),
  )
  return declined !== null
}

export function cancel(
  db: Db,
  orderId: string,
  { intentId, reason, nowMs }: { intentId: string | null; reason: string; nowMs: number },
): Promise<boolean> {
  return db.$transaction(async (tx) => {
    const cancelled = await changeOrder(
      tx,
      { id: orderId, paymentIntentId: intentId, state: { in: [...STATES_UNPAID] } },
      { state: 'CANCELLED', reason, ...ended(nowMs) },
      nowMs,
    )
    if (!cancelled) return false
    await giveBack(tx, [orderId], nowMs)
    await tellOfMail(tx, orderId, 'cancelled')
    return true
  })
}

/** What every end has in common: nothing is held or looked at any more, and a mail tells of it. */
function ended(nowMs: number) {
  return { holdUntil: null, nextCheckAt: null, mailDueAt: new Date(nowMs + MAIL_CHECK_MS) }
}

/** A guarded update: the state (and attempt) in `where` is the lock. Adds the event and tells the page. Null when the order has moved on. */
async function changeOrder(tx: Tx, where: OrderWhereInput, data: OrderUpdateManyMutationInput, nowMs: number): Promise<OrderModel | null> {
  const [order] = await tx.order.updateManyAndReturn({ where, data: { ...data, version: { increment: 1 } } })
  if (!order) return null
  const { id: orderId, version, state, attempt, reason } = order
  await tx.orderEvent.create({ data: { orderId, version, state, attempt, reason, at: new Date(nowMs) } })
  await tell(tx, 'order.changed', orderId)
  return order
}

async function tell(tx: Tx, topic: 'order.changed' | 'order.advance' | 'mail.send', subject: string): Promise<void> {
  await tx.outboxMessage.create({ data: { topic, subject } })
}

function tellOfMail(tx: Tx, orderId: string, kind: MailKind): Promise<void> {
  return tell(tx, 'mail.send', `${orderId}/${kind}`)
}
