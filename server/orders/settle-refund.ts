import { unreachable } from '#/domain/unreachable.ts'
import type { Db, Tx } from '../db/client.ts'
import type { Refund, RefundOutcome, RefundState } from './fulfilment-book.ts'
import { type LockedOrder, lockOrder, noteStep, ONE_STEP } from './order-step.ts'
import { MAIL_CHECK_MS } from './outbox.ts'
import { troubleOfRefunds } from './refund-trouble.ts'

const REFUND_FAILED = 'a refund failed: its money has to go back in another way'

export async function findRefund(db: Db, refundId: string): Promise<Refund | null> {
  const [refund] = await db.$queryRaw<Refund[]>`
    SELECT r.id::text AS "refundId", r.order_id::text AS "orderId", o.payment_intent_id AS "paymentIntentId",
      r.amount_minor AS "amountMinor", r.state::text, r.checks, (extract(epoch FROM r.next_check_at) * 1000)::float8 AS "nextCheckAtMs"
    FROM refunds r JOIN orders o ON o.id = r.order_id WHERE r.id = ${refundId}::uuid`
  return refund ?? null
}

export function settleRefund(db: Db, refundId: string, outcome: RefundOutcome): Promise<void> {
  return db.$transaction(async (tx) => {
    const locked = await lockRefund(tx, refundId)
    switch (outcome.kind) {
      case 'pending':
        await tx.refund.updateMany({ where: { id: refundId, state: 'PENDING' }, data: { gatewayRefundId: outcome.gatewayRefundId } })
        return
      case 'succeeded':
        return succeed(tx, locked, outcome)
      case 'failed':
        return giveUp(tx, locked, outcome)
      default:
        return unreachable(outcome.kind)
    }
  }, ONE_STEP)
}

export async function refundStands(db: Db, { refundId, nextCheckAtMs }: Pick<Refund, 'refundId' | 'nextCheckAtMs'>): Promise<void> {
  if (nextCheckAtMs === null) return
  await db.refund.updateMany({
    where: { id: refundId, state: 'SUCCEEDED', nextCheckAt: new Date(nextCheckAtMs) },
    data: { nextCheckAt: null },
  })
}

export function setRefundTrouble(db: Db, refundId: string, { trouble, nowMs }: { trouble: string; nowMs: number }): Promise<void> {
  return db.$transaction(async (tx) => {
    const { order, ...refund } = await lockRefund(tx, refundId)
    if (refund.state !== 'PENDING' || refund.trouble === trouble) return
    await tx.refund.update({ where: { id: refundId }, data: { trouble } })
    await noteStep(tx, order, { kind: 'trouble', reason: trouble, trouble, nowMs })
  }, ONE_STEP)
}

type LockedRefund = {
  readonly refundId: string
  readonly amountMinor: number
  readonly state: RefundState
  readonly trouble: string | null
  readonly order: LockedOrder
}

/** A refund changes only under its order's lock. */
async function lockRefund(tx: Tx, refundId: string): Promise<LockedRefund> {
  const { orderId } = await tx.refund.findUniqueOrThrow({ where: { id: refundId }, select: { orderId: true } })
  const order = await lockOrder(tx, orderId)
  if (!order) throw new Error(`refund ${refundId} has no order`)
  const { amountMinor, state, trouble } = await tx.refund.findUniqueOrThrow({ where: { id: refundId } })
  return { refundId, amountMinor, state, trouble, order }
}

async function succeed(tx: Tx, { refundId, amountMinor, state, trouble, order }: LockedRefund, outcome: RefundOutcome): Promise<void> {
  if (state !== 'PENDING') return
  const { gatewayRefundId, nowMs } = outcome
  const over = { settledAt: new Date(nowMs), nextCheckAt: null, mailDueAt: new Date(nowMs + MAIL_CHECK_MS) }
  await tx.refund.update({ where: { id: refundId }, data: { state: 'SUCCEEDED', gatewayRefundId, trouble: null, ...over } })
  const after = { ...order, givenBackMinor: order.givenBackMinor + amountMinor }
  const step = { kind: 'refunded', detail: { refundId, amountMinor }, nowMs } as const
  await noteStep(tx, after, trouble === null ? step : { ...step, trouble: await troubleOfRefunds(tx, order.orderId, refundId) })
  await tx.outboxMessage.create({ data: { topic: 'mail.send', subject: `${order.orderId}/refunded/${refundId}` } })
}

/** Its money is the order's again; the units stay as decided. One that had succeeded may fail too, when the bank sends it back. */
async function giveUp(tx: Tx, { refundId, amountMinor, state, order }: LockedRefund, outcome: RefundOutcome): Promise<void> {
  if (state === 'FAILED') return
  const { gatewayRefundId, nowMs } = outcome
  const over = { settledAt: new Date(nowMs), nextCheckAt: null, mailDueAt: null }
  await tx.refund.update({ where: { id: refundId }, data: { state: 'FAILED', gatewayRefundId, trouble: REFUND_FAILED, ...over } })
  const after = { ...order, givenBackMinor: order.givenBackMinor - (state === 'SUCCEEDED' ? amountMinor : 0) }
  const step = { kind: 'refund-failed', detail: { refundId, amountMinor }, trouble: REFUND_FAILED, nowMs } as const
  await noteStep(tx, after, { ...step, refundedDelta: -amountMinor })
}
