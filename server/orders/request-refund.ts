import { planRefund, type RefundPlan, type RefundWish, type Units } from '#/domain/refund.ts'
import { fail, ok, type Result } from '#/domain/result.ts'
import type { Db, Tx } from '../db/client.ts'
import type { RefundAsked, RefundFailure, RequestedRefund } from './fulfilment-book.ts'
import { fingerprint, isPaid, type LineMove, type LockedOrder, lockOrder, moveLines, noteStep, ONE_STEP, sameUnits } from './order-step.ts'
import { REFUND_CHECK_MS } from './wake-refunds.ts'

/** Refunds of one order, failed ones included. Each is read with the order, so they are not endless. */
export const MOST_REFUNDS = 100

/** One transaction: the row, what it takes of the order's money and units, their stock, the order's step and the job that follows. */
export function requestRefund(db: Db, refund: RequestedRefund): Promise<Result<RefundAsked, RefundFailure>> {
  return db.$transaction((tx) => request(tx, refund), ONE_STEP)
}

async function request(tx: Tx, refund: RequestedRefund): Promise<Result<RefundAsked, RefundFailure>> {
  const { refundId, orderId, wish, restock, reason, nowMs } = refund
  const order = await lockOrder(tx, orderId)
  if (!order) return fail('ORDER_MISSING')
  const asked = fingerprint(orderId, spelled(wish), restock, reason)
  const before = await tx.refund.findUnique({ where: { id: refundId }, include: { lines: { orderBy: { position: 'asc' } } } })
  if (before?.fingerprint === asked) return ok({ amountMinor: before.amountMinor, units: before.lines.map(toUnits), isNew: false })
  if (before) return fail('REFUND_CHANGED')
  if (!isPaid(order) && order.capturedMinor === 0) return fail('ORDER_NOT_PAID')
  if ((await tx.refund.count({ where: { orderId } })) >= MOST_REFUNDS) return fail('TOO_MANY_REFUNDS')
  // A cancelled order that was paid has given its units back already.
  const plan = planRefund({ ...order, lines: isPaid(order) ? order.lines : [] }, wish)
  if (!plan.ok) return plan
  const { amountMinor, lines } = plan.value

  // First of all that is written: where another order has that id, nothing else has happened yet.
  const isNew = await insertRefund(tx, { refundId, orderId, fingerprint: asked, amountMinor, reason, nowMs })
  if (!isNew) return fail('REFUND_CHANGED')
  const units = lines.map(({ position, dropped, returned }) => ({ position, quantity: dropped + returned }))
  await tx.refundLine.createMany({ data: units.map((line) => ({ refundId, ...line, restocked: restock })) })
  for (const { position, dropped, returned } of lines) {
    const data = { dropped: { increment: dropped }, returned: { increment: returned } }
    await tx.orderLine.update({ where: { orderId_position: { orderId, position } }, data })
  }
  await moveLines(tx, order, 'refund', lines.map(toMove(restock)), nowMs)
  await takeMoney(tx, orderId, amountMinor)
  const step = { kind: 'refund-requested', detail: { refundId, amountMinor }, reason, trouble: null, nowMs } as const
  await noteStep(tx, afterRefund(order, plan.value), step)
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

/** The guard stands in the statement and in the table: never more goes back than came in. */
async function takeMoney(tx: Tx, orderId: string, amountMinor: number): Promise<void> {
  const taken = await tx.$executeRaw`
    UPDATE orders SET refunded_minor = refunded_minor + ${amountMinor}
    WHERE id = ${orderId}::uuid AND refunded_minor + ${amountMinor} <= captured_minor`
  if (taken !== 1) throw new Error(`order ${orderId} has no ${amountMinor} left to refund, though it was locked`)
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

function toUnits({ position, quantity }: Units): Units {
  return { position, quantity }
}
