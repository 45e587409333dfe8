import type { RefundWish } from '#/domain/refund.ts'
import type { Tx } from '../db/client.ts'

/**
 * What a person still has to look at of the refunds of a locked order, the oldest first; null when there is nothing. `except`: the one that is
 * being settled.
 */
export async function troubleOfRefunds(tx: Tx, orderId: string, except: string): Promise<string | null> {
  const where = { orderId, id: { not: except }, trouble: { not: null } }
  const troubled = await tx.refund.findFirst({ where, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }], select: { trouble: true } })
  return troubled?.trouble ?? null
}

/**
 * Failed refunds are taken care of once their money is asked for anew: by a refund of everything, or of an amount as large. Units are not
 * that: they come with money of their own.
 */
export async function takeUpFailed(tx: Tx, orderId: string, wish: RefundWish): Promise<void> {
  if (wish.kind === 'units') return
  const failed = { orderId, state: 'FAILED', trouble: { not: null } } as const
  if (wish.kind === 'amount') {
    const { _sum } = await tx.refund.aggregate({ where: failed, _sum: { amountMinor: true } })
    if (wish.amountMinor < (_sum.amountMinor ?? 0)) return
  }
  await tx.refund.updateMany({ where: failed, data: { trouble: null } })
}
