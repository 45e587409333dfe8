import { advanceOrder } from '#/server/orders/advance-order.ts'
import type { Ports } from '#/server/orders/ports.ts'
import { endJob } from './end-job.ts'

/** `order.advance`: takes an order as far as it goes by itself. `done` hears of each, for what follows from the commit. */
export function advanceOrders(ports: Ports, done: () => void) {
  return async ({ orderId }: { orderId: string }): Promise<void> => {
    const outcome = await advanceOrder(ports, orderId)
    done()
    endJob(outcome, 'order', orderId)
  }
}
