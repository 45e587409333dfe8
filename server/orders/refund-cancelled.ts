import type { Db } from '../db/client.ts'
import { fingerprint, lockOrder, noteStep, ONE_STEP } from './order-step.ts'
import { insertRefund } from './request-refund.ts'

const PAID_AFTER_CANCEL = 'PAID_AFTER_CANCEL'

/** Under the order's lock, so that of many who notice it one asks for the money back; for what cost nothing nobody does. See fulfilment-book.ts. */
export function refundCancelled(db: Db, orderId: string, { refundId, nowMs }: { refundId: string; nowMs: number }): Promise<void> {
  return db.$transaction(async (tx) => {
    const order = await lockOrder(tx, orderId)
    if (order?.state !== 'CANCELLED' || order.capturedMinor > 0 || order.totalMinor === 0) return
    const amountMinor = order.totalMinor
    const refund = { refundId, orderId, fingerprint: fingerprint(PAID_AFTER_CANCEL), amountMinor, reason: PAID_AFTER_CANCEL, nowMs }
    if (!(await insertRefund(tx, refund))) throw new Error(`refund ${refundId} is there already`)
    await tx.order.update({ where: { id: orderId }, data: { capturedMinor: amountMinor } })
    const step = { kind: 'refund-requested', detail: { refundId, amountMinor }, reason: PAID_AFTER_CANCEL, nowMs } as const
    await noteStep(tx, order, { ...step, trouble: null, refundedDelta: amountMinor })
  }, ONE_STEP)
}
