import type { Tx } from '../db/client.ts'

/**
 * Gives each of these tags the next number of the feed, which it returns. To be the last statement of its transaction: the one row that the
 * number comes from stays locked until the commit. So a number is not given before the one before it is there to be read, and none is skipped
 * by whoever reads on from the last that he knows; a transaction that rolls back gives its number back. Needs READ COMMITTED: whoever has
 * waited for the row goes on from what stands in it by then.
 */
export async function tellTags(tx: Tx, touched: readonly string[]): Promise<number> {
  const [told] = await tx.$queryRaw<{ sequence: bigint }[]>`
    WITH feed AS (UPDATE tag_feed SET last = last + 1 RETURNING last)
    INSERT INTO tags (tag, sequence) SELECT tag, feed.last FROM unnest(${touched}::text[]) AS tag, feed
    ON CONFLICT (tag) DO UPDATE SET sequence = EXCLUDED.sequence
    RETURNING sequence`
  return Number(told?.sequence ?? 0)
}
