import { type AsOf, UNKNOWN } from './as-of.ts'
import type { TagsRead } from './read-tags.ts'

/** How long what was confirmed may be relied on. Whoever purges an edge relies on it too: after that long no older page is called fresh. */
export const LEASE_MS = 1000

/**
 * Since when nothing was changed that carries a tag, by the numbers of Postgres' own feed: no clock and no message is asked. Times are
 * milliseconds of one clock that never goes back.
 */
export class TagClock {
  #now = UNKNOWN
  readonly #changed = new Map<string, number>()
  #confirmedAtMs = Number.NEGATIVE_INFINITY
  #supposed: string | null = null

  /** A clock that stands still where a build was begun. */
  static at(asOf: AsOf): TagClock {
    const clock = new TagClock()
    clock.#now = asOf
    return clock
  }

  /** Up to where everything is known that was told. To be asked before a reading begins, as what that is of. */
  get now(): AsOf {
    return this.#now
  }

  get isKnown(): boolean {
    return this.#now.epoch !== ''
  }

  /** Whether it knows what was told before now, which one that stands still does not: it can judge only what was read since it was set. */
  get knowsPast(): boolean {
    return this.#confirmedAtMs > Number.NEGATIVE_INFINITY
  }

  /**
   * Under which life of the feed it makes sense to look for what others have put somewhere: the one that is known, else the one that is supposed
   * to go on. Null for none.
   */
  get epochToRead(): string | null {
    return this.knowsPast ? this.#now.epoch : this.#supposed
  }

  /** Until the feed is known. What is found so says of which number it is, and is judged by that as soon as somebody can. */
  suppose(epoch: string): void {
    this.#supposed = epoch
  }

  /** Whether something was told of it that it cannot show. While nothing is known of the feed nobody can say so. */
  isStale(tags: readonly string[], asOf: AsOf | null): boolean {
    if (!this.isKnown) return false
    if (asOf === null) return tags.length > 0
    return asOf.epoch !== this.#now.epoch || tags.some((tag) => (this.#changed.get(tag) ?? 0) > asOf.sequence)
  }

  /** Takes in what was read, in one step. `askedAtMs`: what the answer shows is at least of then. Another epoch has to be read from its beginning. */
  apply({ epoch, since, head, changed }: TagsRead, askedAtMs: number): void {
    const isSame = epoch === this.#now.epoch
    if (since > (isSame ? this.#now.sequence : 0)) throw new Error(`tags were read from ${since}, which is not where ${epoch} is known to`)
    if (!isSame) this.#changed.clear()
    for (const [tag, sequence] of changed) this.#changed.set(tag, sequence)
    this.#now = { epoch, sequence: head }
    this.#confirmedAtMs = askedAtMs
  }

  /** Whether what is called fresh now is known to have been so within the last second. */
  hasLease(nowMs: number): boolean {
    return nowMs - this.#confirmedAtMs < LEASE_MS
  }
}
