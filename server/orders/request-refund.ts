import { planRefund, type RefundPlan, type RefundWish, type Units } from '#/domain/refund.ts'
import { fail, ok, type Result } from '#/domain/result.ts'
import type { Db, Tx } from '../db/client.ts'
import type { RefundAsked, RefundFailure, RequestedRefund } from './fulfilment-book.ts'
import {
  countUnits,
  fingerprint,
  isPaid,
  type LineMove,
  type LockedOrder,
  lockOrder,
  moveLines,
  noteStep,
  ONE_STEP,
  sameUnits,
} from './order-step.ts'
import { takeUpFailed, troubleOfRefunds } from './refund-trouble.ts'
import { REFUND_CHECK_MS } from './wake-refunds.ts'

/** Refunds of one order, failed ones included. Each is read with the order, so they are not endless. */
export const MOST_REFUNDS = 100

/**
 * One transaction: the row, what it takes of the order's money and units, their stock, the order's step and the job that follows.
 * What the order used of limited codes and of its customer's limits stays used: they count what was ordered and paid.
 */
export function requestRefund(db: Db, refund: RequestedRefund): Promise<Result<RefundAsked, RefundFailure>> {
  return db.$transaction((tx) => request(tx, refund), ONE_STEP)
}

/** What `requestRefund` would answer now, with nothing done. */
export function previewRefund(db: Db, refund: RequestedRefund): Promise<Result<RefundAsked, RefundFailure>> {
  return db.$transaction(async (tx) => {
    const decided = await decide(tx, refund)
    if (!decided.ok) return decided
    const { before, plan } = decided.value
    if (before) return ok(before)
    const { amountMinor, lines } = plan
    return ok({ amountMinor, units: unitsOf(lines), isNew: true })
  }, ONE_STEP)
}

type Decided = {
  /** The answer where it was done before. */
  readonly before: RefundAsked | null
  readonly order: LockedOrder
  readonly plan: RefundPlan
  readonly asked: string
}

const NOTHING: RefundPlan = { amountMinor: 0, lines: [] }

async function decide(tx: Tx, refund: RequestedRefund): Promise<Result<Decided, RefundFailure>> {
  const { refundId, orderId, wish, restock, reason } = refund
  const order = await lockOrder(tx, orderId)
  if (!order) return fail('ORDER_MISSING')
  const asked = fingerprint(orderId, spelled(wish), restock, reason)
  const before = await tx.refund.findUnique({ where: { id: refundId }, include: { lines: { orderBy: { position: 'asc' } } } })
  if (before?.fingerprint === asked) {
    const answer = { amountMinor: before.amountMinor, units: before.lines.map(toUnits), isNew: false }
    return ok({ before: answer, order, plan: NOTHING, asked })
  }
  if (before) return fail('REFUND_CHANGED')
  if (!isPaid(order) && order.capturedMinor === 0) return fail('ORDER_NOT_PAID')
  if (order.refunds >= MOST_REFUNDS) return fail('TOO_MANY_REFUNDS')
  // A cancelled order that was paid has given its units back already.
  const plan = planRefund({ ...order, lines: isPaid(order) ? order.lines : [] }, wish)
  return plan.ok ? ok({ before: null, order, plan: plan.value, asked }) : plan
}

async function request(tx: Tx, refund: RequestedRefund): Promise<Result<RefundAsked, RefundFailure>> {
  const { refundId, orderId, restock, reason, nowMs } = refund
  const decided = await decide(tx, refund)
  if (!decided.ok) return decided
  const { before, order, plan, asked } = decided.value
  if (before) return ok(before)
  const { amountMinor, lines } = plan

  // First of all that is written: where another order has that id, nothing else has happened yet.
  const isNew = await insertRefund(tx, { refundId, orderId, fingerprint: asked, amountMinor, reason, nowMs })
  if (!isNew) return fail('REFUND_CHANGED')
  const units = unitsOf(lines)
  await tx.refundLine.createMany({ data: units.map((line) => ({ refundId, ...line, restocked: restock })) })
  await countUnits(tx, order, lines)
  await moveLines(tx, order, 'refund', lines.map(toMove(restock)), nowMs)
  await takeUpFailed(tx, orderId, refund.wish)
  const step = {
    kind: 'refund-requested',
    detail: { refundId, amountMinor },
    reason,
    trouble: await troubleOfRefunds(tx, orderId, refundId),
    refundedDelta: amountMinor,
    nowMs,
  } as const
  await noteStep(tx, afterRefund(order, plan), step)
  return ok({ amountMinor, units, isNew: true })
}

export type NewRefundRow = {
  readonly refundId: string
  readonly orderId: string
  readonly fingerprint: string
  readonly amountMinor: number
  readonly reason: string
  readonly nowMs: number
}

/** Its row and its job. One of nothing is over at once. Whether the id was free. */
export async function insertRefund(tx: Tx, { refundId, nowMs, ...refund }: NewRefundRow): Promise<boolean> {
  const createdAt = new Date(nowMs)
  const isOver = refund.amountMinor === 0
  const fate = isOver
    ? ({ state: 'SUCCEEDED', settledAt: createdAt } as const)
    : ({ state: 'PENDING', nextCheckAt: new Date(nowMs + REFUND_CHECK_MS) } as const)
  const { count } = await tx.refund.createMany({ data: [{ id: refundId, ...refund, createdAt, ...fate }], skipDuplicates: true })
  if (count === 1 && !isOver) await tx.outboxMessage.create({ data: { topic: 'refund.advance', subject: refundId } })
  return count === 1
}

/** Unshipped units are no longer spoken for, shipped ones come back; those that cannot be sold again are gone. */
function toMove(restock: boolean): (line: RefundPlan['lines'][number]) => LineMove {
  return ({ position, dropped, returned }) => ({
    position,
    onHandDelta: restock ? returned : -dropped,
    allocatedDelta: -dropped,
  })
}

function afterRefund(order: LockedOrder, { lines }: RefundPlan): LockedOrder {
  const changed = new Map(lines.map((line) => [line.position, line]))
  return {
    ...order,
    lines: order.lines.map((line) => {
      const { dropped = 0, returned = 0 } = changed.get(line.position) ?? {}
      return { ...line, dropped: line.dropped + dropped, returned: line.returned + returned }
    }),
  }
}

function spelled(wish: RefundWish): RefundWish {
  return wish.kind === 'units' ? { ...wish, units: sameUnits(wish.units) as readonly Units[] } : wish
}

function unitsOf(lines: RefundPlan['lines']): Units[] {
  return lines.map(({ position, dropped, returned }) => ({ position, quantity: dropped + returned }))
}

function toUnits({ position, quantity }: Units): Units {
  return { position, quantity }
}
