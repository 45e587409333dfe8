import { unreachable } from '#/domain/unreachable.ts'
import { advanceOrder } from '#/server/orders/advance-order.ts'
import type { Ports } from '#/server/orders/ports.ts'
import { log } from '#/server/telemetry/log.ts'
import { PermanentError, RetryLater } from './define-worker.ts'

/** `order.advance`: takes an order as far as it goes by itself. `done` hears of each, for what follows from the commit. */
export function advanceOrders(ports: Ports, done: () => void) {
  return async ({ orderId }: { orderId: string }): Promise<void> => {
    const outcome = await advanceOrder(ports, orderId)
    done()
    switch (outcome.kind) {
      case 'final':
      case 'waiting-for-shopper':
        return
      case 'retry':
        throw new RetryLater(outcome.reason)
      case 'stuck':
        log.fatal({ orderId, reason: outcome.reason }, 'an order needs a person')
        throw new PermanentError(outcome.reason)
      case 'missing':
        throw new PermanentError('ORDER_MISSING')
      default:
        return unreachable(outcome)
    }
  }
}
