import { z } from 'zod'

/**
 * What a thing that is kept was made of: the number of the feed that was known before its reading began. It lacks nothing that was told up to
 * then, and is stale once a tag of it has a later number.
 */
export type AsOf = {
  /** The life of the feed that the number belongs to; empty where none was known. */
  readonly epoch: string
  readonly sequence: number
}

/** The same, from where it was written down. */
export const asOfSchema = z.object({ epoch: z.string(), sequence: z.int().min(0) })

/** Whether both are one number of one life of the feed. */
export function isSame(one: AsOf, other: AsOf): boolean {
  return one.epoch === other.epoch && one.sequence === other.sequence
}

/** Made of what nobody could say: stale as soon as the feed is known. */
export const UNKNOWN: AsOf = { epoch: '', sequence: 0 }

const PREFIX = 'as-of:'

/** A number of the feed as a cache tag, which takes it to wherever the framework keeps what was made of it. */
export function asOfTag({ epoch, sequence }: AsOf): string {
  return `${PREFIX}${epoch}:${sequence}`
}

/** Cache tags as they come: what really is one, and the least number beside them. Null where nothing says of when it is. */
export function splitTags(carried: readonly string[]): { readonly tags: readonly string[]; readonly asOf: AsOf | null } {
  const stamps = carried.filter((tag) => tag.startsWith(PREFIX)).map(readAsOf)
  return { tags: carried.filter((tag) => tag !== '' && !tag.startsWith(PREFIX)), asOf: stamps.length === 0 ? null : stamps.reduce(lesser) }
}

/** What is made of both. Of two lives of the feed it is of none. */
export function lesser(one: AsOf, other: AsOf): AsOf {
  if (one.epoch !== other.epoch) return UNKNOWN
  return one.sequence <= other.sequence ? one : other
}

function readAsOf(stamp: string): AsOf {
  const [epoch = '', sequence = '0'] = stamp.slice(PREFIX.length).split(':')
  return { epoch, sequence: Number(sequence) }
}
