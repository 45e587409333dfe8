import { log } from '../telemetry/log.ts'
import type { OrderEvent } from './order-events.ts'
import type { Ports } from './ports.ts'

/** A page waits this long for what it can do without. */
const PATIENCE_MS = 300

/** Where Postgres did not answer, it is not asked again for so long: each question would keep a place in the queue for a connection. */
export const PAUSE_MS = 2000

let silentUntilMs = 0

/**
 * What happened to an order, for a page that shows it as well without: null where Postgres does not tell at once. Orders are shown from
 * core; while Postgres is away only the times of their steps are missing. `nowMs` is of any clock that does not jump.
 */
export async function readHistorySoon(
  { book }: Pick<Ports, 'book'>,
  orderId: string,
  nowMs = performance.now(),
): Promise<readonly OrderEvent[] | null> {
  if (nowMs < silentUntilMs) return null
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${PATIENCE_MS} ms`)), PATIENCE_MS)
  })
  try {
    return await Promise.race([book.history(orderId), patience])
  } catch (error) {
    silentUntilMs = nowMs + PAUSE_MS
    log.warn({ orderId, err: error }, 'the history of an order could not be read')
    return null
  } finally {
    clearTimeout(timer)
  }
}
