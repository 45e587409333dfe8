import type { AsOf } from '../cache/as-of.ts'

/** What edits have made old. */
export type Purge = {
  /** Up to where the feed was read. */
  readonly upTo: AsOf
  /** Each tag that was told, and its last number; null where nobody knows what was: everything is old then. */
  readonly told: ReadonlyMap<string, number> | null
}

/** What a thing that is kept says of itself. */
export type Stamped = {
  readonly tags: readonly string[]
  /** The number of the feed that it is of; null where it does not say. */
  readonly asOf: AsOf | null
}

/**
 * Whether a thing that is kept lacks what a purge is about, for all that it says: it carries a tag that was told, and not the stamp of that
 * number or of a later one. Web processes judge their own pages in the same way. So what is purged once more, because an old answer may have
 * come late, is never a page that says that it is new.
 */
export function isOld({ tags, asOf }: Stamped, { upTo, told }: Purge): boolean {
  if (told === null) return true
  return tags.some((tag) => {
    const sequence = told.get(tag)
    return sequence !== undefined && !(asOf?.epoch === upTo.epoch && asOf.sequence >= sequence)
  })
}

/** Both in one, the later one second. */
export function join(one: Purge, other: Purge): Purge {
  if (one.told === null || other.told === null) return { upTo: other.upTo, told: null }
  return { upTo: other.upTo, told: new Map([...one.told, ...other.told]) }
}
