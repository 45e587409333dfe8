import { tags } from '../cache/manifest.ts'
import type { Db } from '../db/client.ts'

/**
 * Tells pages of the sales that have begun or ended since a time, and says whether there were any. A page's life alone does not do it: Next
 * counts it from when the page was made, not from when what stands in it was read.
 */
export async function tellOfSales(db: Db, sinceMs: number, nowMs: number): Promise<boolean> {
  const [since, now] = [new Date(sinceMs), new Date(nowMs)]
  const told = await db.$executeRaw`
    INSERT INTO outbox_messages (topic, subject)
    SELECT 'tag.changed', ${tags.catalogue}
    WHERE EXISTS (
      SELECT FROM sales WHERE (starts_at > ${since} AND starts_at <= ${now}) OR (ends_at > ${since} AND ends_at <= ${now})
    )`
  return told > 0
}
