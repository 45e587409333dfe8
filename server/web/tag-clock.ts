import { UNKNOWN } from '../cache/as-of.ts'
import { TagClock } from '../cache/tag-clock.ts'
import { env } from '../env.ts'

/** Kept on the process: Next loads its cache handler, and each of its layers, as another copy of this module. */
const kept = globalThis as { __saledayTagClock?: TagClock }

/** The clock of this process. A web process puts its own in place before anything asks; a build has one that stands where it was begun. */
export function tagClock(): TagClock {
  kept.__saledayTagClock ??= TagClock.at(env().BUILT_AS_OF ?? UNKNOWN)
  return kept.__saledayTagClock
}

export function setTagClock(clock: TagClock): void {
  kept.__saledayTagClock = clock
}
