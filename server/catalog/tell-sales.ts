import { tags } from '../cache/manifest.ts'
import type { Db } from '../db/client.ts'
import { edit } from './edit.ts'

/**
 * Tells pages of the sales that have begun or ended since that was last told, by whichever process, and says whether there were any. Of many
 * that ask at one moment, one tells. A page's life alone does not do it: it is counted from when the page was made, not from when what stands
 * in it was read.
 */
export function tellOfSales(db: Db, nowMs: number): Promise<boolean> {
  const now = new Date(nowMs)
  return edit(db, async (tx, touched) => {
    // Whoever has waited for the row judges by what stands in it by then.
    const told = await tx.$executeRaw`
      UPDATE tag_feed SET sales_told_at = ${now}
      WHERE EXISTS (
        SELECT FROM sales
        WHERE (starts_at > sales_told_at AND starts_at <= ${now}) OR (ends_at > sales_told_at AND ends_at <= ${now})
      )`
    if (told > 0) touched.tags(tags.catalogue)
    return told > 0
  })
}
