import { unreachable } from '#/domain/unreachable.ts'
import type { RefundAdvanced } from '#/server/orders/advance-refund.ts'
import type { Advanced } from '#/server/orders/settle-payment.ts'
import { log } from '#/server/telemetry/log.ts'
import { PermanentError, RetryLater } from './define-worker.ts'

/** What a job's end is to the queue: returning means done, throwing means again or never. `what` is the thing that was taken on, by its id. */
export function endJob(outcome: Advanced | RefundAdvanced, what: 'order' | 'refund', id: string): void {
  switch (outcome.kind) {
    case 'final':
    case 'waiting':
    case 'waiting-for-shopper':
      return
    case 'retry':
      throw new RetryLater(outcome.reason)
    case 'stuck':
      log.fatal({ [`${what}Id`]: id, reason: outcome.reason }, what === 'order' ? 'an order needs a person' : 'a refund needs a person')
      throw new PermanentError(outcome.reason)
    case 'missing':
      throw new PermanentError(`${what.toUpperCase()}_MISSING`)
    default:
      unreachable(outcome)
  }
}
