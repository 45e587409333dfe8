import type { Db } from '../db/client.ts'

/** How long before a sale begins its pages are made ready. */
const BEFORE_MS = 10 * 60_000
/** For so long after it began it is of use, whoever was away at that moment. */
const AFTER_MS = 10 * 60_000

/** What a job can be named after. A message that no job stands for would hold up all that come after it. */
const SLUG = '^[a-z0-9-]{1,120}$'

/**
 * Asks for the pages of sales that are about to begin to be made ready, and again once they have begun, when they have a page of their own. Once for
 * each of these moments, whoever asks: a row remembers the begin that was asked for, so that a sale that is put off is asked for again. Returns
 * how many were asked for.
 */
export function askToWarm(db: Db, nowMs: number): Promise<number> {
  const now = new Date(nowMs)
  return db.$executeRaw`
    WITH before AS (
      UPDATE sales SET warmed_before = starts_at
      WHERE starts_at > ${now} AND starts_at <= ${new Date(nowMs + BEFORE_MS)} AND warmed_before IS DISTINCT FROM starts_at AND slug ~ ${SLUG}
      RETURNING slug
    ), begun AS (
      UPDATE sales SET warmed_begun = starts_at
      WHERE starts_at <= ${now} AND starts_at > ${new Date(nowMs - AFTER_MS)} AND ends_at > ${now}
        AND warmed_begun IS DISTINCT FROM starts_at AND slug ~ ${SLUG}
      RETURNING slug
    )
    INSERT INTO outbox_messages (topic, subject)
    SELECT 'pages.prewarm', 'before/' || slug FROM before UNION ALL SELECT 'pages.prewarm', 'begun/' || slug FROM begun`
}
