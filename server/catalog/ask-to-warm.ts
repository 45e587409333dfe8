import type { Db } from '../db/client.ts'

/** How long before a sale begins its pages are made ready. */
const BEFORE_MS = 10 * 60_000
/** For so long after it began it is of use, whoever was away at that moment. */
const AFTER_MS = 10 * 60_000

/**
 * Asks for the pages of sales that are about to begin to be made ready, and again once they have begun, when they have a page of their own: once for
 * all that begin at one moment, since the whole shop is walked. A row remembers the begin that was asked for, so whoever asks, it is done once,
 * and a sale that is moved is asked for again. Returns how many walks were asked for.
 */
export function askToWarm(db: Db, nowMs: number): Promise<number> {
  const now = new Date(nowMs)
  return db.$executeRaw`
    WITH before AS (
      UPDATE sales SET warmed_before = starts_at
      WHERE starts_at > ${now} AND starts_at <= ${new Date(nowMs + BEFORE_MS)} AND warmed_before IS DISTINCT FROM starts_at
      RETURNING starts_at
    ), begun AS (
      UPDATE sales SET warmed_begun = starts_at
      WHERE starts_at <= ${now} AND starts_at > ${new Date(nowMs - AFTER_MS)} AND ends_at > ${now} AND warmed_begun IS DISTINCT FROM starts_at
      RETURNING starts_at
    ), moments AS (
      SELECT DISTINCT 'before/' AS moment, starts_at FROM before UNION ALL SELECT DISTINCT 'begun/', starts_at FROM begun
    )
    INSERT INTO outbox_messages (topic, subject)
    SELECT 'pages.prewarm', moment || (extract(epoch FROM starts_at) * 1000)::bigint FROM moments`
}
