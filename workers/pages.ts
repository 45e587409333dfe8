import { unreachable } from '#/domain/unreachable.ts'
import type { Place } from '#/server/prewarm/place.ts'
import { type Warming, warmSales } from '#/server/prewarm/warm-sales.ts'
import type { JobPayload } from '#/server/queues/jobs.ts'
import { PermanentError, RetryLater } from './define-worker.ts'

/** Whatever a walk waits for, it is over by then. */
const TIMEOUT_MS = 6 * 60_000

/** `pages.prewarm`: makes the pages of sales ready. Ends early when this process does; then it is done elsewhere. */
export function prewarmPages(ports: Omit<Warming, 'places' | 'signal'>, places: readonly Place[], stopping: AbortSignal) {
  return async ({ startsAtMs, moment }: JobPayload<'pages.prewarm'>): Promise<void> => {
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(TIMEOUT_MS)])
    const warmed = await warmSales({ ...ports, places, signal }, startsAtMs, moment).catch((error: unknown) => {
      throw signal.aborted ? new RetryLater('it was ended before it was done') : error
    })
    if (warmed.ok) return
    switch (warmed.code) {
      case 'NO_SALE':
        return
      case 'NOT_REACHED':
        throw new RetryLater(`${warmed.origin}: ${warmed.why}`)
      case 'NO_SITEMAP': {
        const { target, status, why } = warmed
        const passes = status === null || status >= 500 || status === 429
        throw new (passes ? RetryLater : PermanentError)(`${target}: ${why}`)
      }
      default:
        unreachable(warmed)
    }
  }
}
