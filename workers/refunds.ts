import { advanceRefund } from '#/server/orders/advance-refund.ts'
import type { Ports } from '#/server/orders/ports.ts'
import { endJob } from './end-job.ts'

/** `refund.advance`: takes a refund as far as it goes by itself. `done` hears of each, for what follows from the commit. */
export function advanceRefunds(ports: Ports, done: () => void) {
  return async ({ refundId }: { refundId: string }): Promise<void> => {
    const outcome = await advanceRefund(ports, refundId)
    done()
    endJob(outcome, 'refund', refundId)
  }
}
