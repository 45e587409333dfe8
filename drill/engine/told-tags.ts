import { readTags } from '#/server/cache/read-tags.ts'
import type { Db } from '#/server/db/client.ts'

/** Makes a reader of the feed: each call takes the tags that were told since the one before. */
export function tagsToldIn(db: Db): () => Promise<string[]> {
  let since = 0
  return async () => {
    const { head, changed } = await readTags(db, since)
    since = head
    return [...changed.keys()].sort()
  }
}
