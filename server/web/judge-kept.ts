import { createHash } from 'node:crypto'
import type { AsOf } from '../cache/as-of.ts'
import { displayPageLife } from '../cache/manifest.ts'
import { tagClock } from './tag-clock.ts'

/** What says how long something that is kept may be sent. */
export type Kept = {
  readonly tags: readonly string[]
  /** Null where nothing says what it was made of. */
  readonly asOf: AsOf | null
  /** When it was rendered, in milliseconds since the epoch: its age ends its life, and nothing else. */
  readonly renderedAtMs: number
  readonly revalidateSeconds: number
  readonly expireSeconds: number
}

/** `stale`: sent once more and rendered behind that. `expired`: not sent any more. */
export function freshnessOf(
  { tags, asOf, renderedAtMs, revalidateSeconds, expireSeconds }: Kept,
  nowMs: number,
): 'fresh' | 'stale' | 'expired' {
  const ageMs = nowMs - renderedAtMs
  if (ageMs > expireSeconds * 1000) return 'expired'
  return ageMs > revalidateSeconds * 1000 || tagClock().isStale(tags, asOf) ? 'stale' : 'fresh'
}

/** What is left of a life by its age, below zero once it is over. An edge that fetches something late must not keep it beyond its end. */
export function leftSeconds({ renderedAtMs, revalidateSeconds }: Kept, nowMs: number): number {
  return (renderedAtMs - nowMs) / 1000 + revalidateSeconds
}

type Made = Pick<Kept, 'asOf' | 'renderedAtMs'>

/**
 * Whether one was made of later data than another, or of the same later. What is of the feed's life of now is newer than anything of another, or
 * of none, whatever the clocks of who made them say.
 */
export function isNewer(one: Made, other: Made): boolean {
  const isComparable = one.asOf !== null && one.asOf.epoch === other.asOf?.epoch
  if (isComparable && one.asOf.sequence !== other.asOf.sequence) return one.asOf.sequence > other.asOf.sequence
  if (!isComparable && isOfNow(one) !== isOfNow(other)) return isOfNow(one)
  return one.renderedAtMs > other.renderedAtMs
}

function isOfNow({ asOf }: Made): boolean {
  return asOf !== null && asOf.epoch !== '' && asOf.epoch === tagClock().now.epoch
}

/** A whole life is up to a tenth longer or shorter, always the same for a name: what was made together does not end together. */
export function spreadLife(seconds: number, name: string): number {
  if (seconds !== displayPageLife.revalidate) return seconds
  const share = createHash('sha256').update(name).digest().readUInt32BE() / 2 ** 32
  return Math.round(seconds * (0.9 + 0.2 * share))
}
