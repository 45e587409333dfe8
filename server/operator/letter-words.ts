import { z } from 'zod'
import { orderNumber } from '#/domain/order-number.ts'
import { unreachable } from '#/domain/unreachable.ts'
import type { DeadLetter, DeadLetterResolution } from '../orders/order-book.ts'
import { lasting, moment } from './answer.ts'

export function letterName({ shard, entryId }: Pick<DeadLetter, 'shard' | 'entryId'>): string {
  return `${shard}/${entryId}`
}

/** Why a record was set aside, and what helps. */
export function reasonWords(reason: string): string {
  switch (reason) {
    case 'UNREADABLE':
      return 'its record cannot be read: it is damaged, or of a version of the shop that is not deployed here'
    case 'UNKNOWN_OFFER':
      return 'it names an offer that Postgres does not have: mend the catalogue, then try again'
    case 'UNKNOWN_CODE':
      return 'it names a version of a discount code that Postgres does not have: mend the codes, then try again'
    case 'TOTAL_MISMATCH':
      return 'its total is not what its offers cost: it was never charged, and never will be as it is'
    default:
      return reason.startsWith('DATA_ERROR') ? `Postgres cannot hold what it says (${reason})` : reason
  }
}

export function resolutionWords(resolution: DeadLetterResolution): string {
  switch (resolution) {
    case 'retried':
      return 'it became an order'
    case 'rejected':
      return 'it was rejected; its page says so'
    case 'superseded':
      return 'its checkout had become an order by another attempt; what this one held was dropped'
    default:
      return unreachable(resolution)
  }
}

/** A letter in a few lines. */
export function letterSummary(letter: DeadLetter, nowMs: number): string[] {
  const { orderId, reason, placedAtMs, buriedAtMs, closedAtMs, resolution } = letter
  const number = z.uuid().safeParse(orderId).success ? `${orderNumber(orderId)} (${orderId})` : `no order's id: ${JSON.stringify(orderId)}`
  const fate = resolution && closedAtMs !== null ? [`  closed ${moment(closedAtMs)}: ${resolutionWords(resolution)}`] : []
  return [
    `Dead letter ${letterName(letter)}, set aside ${moment(buriedAtMs)}, ${lasting(nowMs - buriedAtMs)} ago`,
    `  order ${number}, placed ${moment(placedAtMs)}`,
    `  ${reasonWords(reason)}`,
    ...fate,
  ]
}
