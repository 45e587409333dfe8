import type { Db, Tx } from '../db/client.ts'

/** What was told since a number, as of one moment. */
export type TagsRead = {
  /** Another one is another life of Postgres, whose numbers mean something else. */
  readonly epoch: string
  /** The number that was asked from. */
  readonly since: number
  /** The last number that was given. */
  readonly head: number
  /** Each tag with a later number than `since`, and the last of those. */
  readonly changed: ReadonlyMap<string, number>
}

type Row = { readonly epoch: string; readonly last: bigint; readonly tag: string | null; readonly sequence: bigint | null }

/** One statement, so that head and tags are of one snapshot. */
export async function readTags(db: Db | Tx, since: number): Promise<TagsRead> {
  const rows = await db.$queryRaw<Row[]>`
    SELECT feed.epoch::text, feed.last, tags.tag, tags.sequence
    FROM tag_feed feed LEFT JOIN tags ON tags.sequence > ${since}`
  const [first] = rows
  if (!first) throw new Error('tag_feed has no row')
  const changed = new Map(rows.flatMap(({ tag, sequence }) => (tag === null ? [] : [[tag, Number(sequence)] as const])))
  return { epoch: first.epoch, since, head: Number(first.last), changed }
}

/** The last number that any of these tags was given; 0 where none ever was. Who knows it knows of every edit of them that is there by now. */
export async function lastNumberOf(db: Db, touched: readonly string[]): Promise<number> {
  const [row] = await db.$queryRaw<
    { sequence: bigint | null }[]
  >`SELECT max(sequence) AS sequence FROM tags WHERE tag = ANY (${touched}::text[])`
  return Number(row?.sequence ?? 0)
}

/** Begins another life of the feed, unless somebody has by now: what was kept of this one is of no use any more. */
export async function beginEpoch(db: Db, insteadOf: string): Promise<void> {
  await db.$executeRaw`UPDATE tag_feed SET epoch = gen_random_uuid() WHERE epoch = ${insteadOf}::uuid`
}
