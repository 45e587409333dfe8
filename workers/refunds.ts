import { unreachable } from '#/domain/unreachable.ts'
import { advanceRefund } from '#/server/orders/advance-refund.ts'
import type { Ports } from '#/server/orders/ports.ts'
import { log } from '#/server/telemetry/log.ts'
import { PermanentError, RetryLater } from './define-worker.ts'

/** `refund.advance`: takes a refund as far as it goes by itself. `done` hears of each, for what follows from the commit. */
export function advanceRefunds(ports: Ports, done: () => void) {
  return async ({ refundId }: { refundId: string }): Promise<void> => {
    const outcome = await advanceRefund(ports, refundId)
    done()
    switch (outcome.kind) {
      case 'final':
      case 'waiting':
        return
      case 'retry':
        throw new RetryLater(outcome.reason)
      case 'stuck':
        log.fatal({ refundId, reason: outcome.reason }, 'a refund needs a person')
        throw new PermanentError(outcome.reason)
      case 'missing':
        throw new PermanentError('REFUND_MISSING')
      default:
        return unreachable(outcome)
    }
  }
}
