import { AsyncLocalStorage } from 'node:async_hooks'
import { type AsOf, UNKNOWN } from '../cache/as-of.ts'
import { TagClock } from '../cache/tag-clock.ts'
import { env } from '../env.ts'

type Asking = { readonly asOf: AsOf; readonly toRender: boolean }

/** Kept on the process: Next loads its cache handler, and each of its layers, as another copy of this module. */
const kept = globalThis as { __saledayTagClock?: TagClock; __saledayAsking?: AsyncLocalStorage<Asking> }

/** The clock of this process. A web process puts its own in place before anything asks; a build has one that stands where it was begun. */
export function tagClock(): TagClock {
  kept.__saledayTagClock ??= TagClock.at(env().BUILT_AS_OF ?? UNKNOWN)
  return kept.__saledayTagClock
}

export function setTagClock(clock: TagClock): void {
  kept.__saledayTagClock = clock
}

/**
 * Has everything that is read for a request be of one number. A page is rendered in several passes, and a later one must ask for just what the
 * first has asked for: the framework takes anything else for data that nobody can know beforehand, and gives the page up.
 */
export function ofOneNumber<T>(answer: () => T, { toRender = false } = {}): T {
  return storage().run({ asOf: tagClock().now, toRender }, answer)
}

/** The number that what is read now is of. */
export function asOfNow(): AsOf {
  return storage().getStore()?.asOf ?? tagClock().now
}

/** Whether this is a request of the process to itself, to have a page rendered. */
export function isToRender(): boolean {
  return storage().getStore()?.toRender ?? false
}

function storage(): AsyncLocalStorage<Asking> {
  kept.__saledayAsking ??= new AsyncLocalStorage()
  return kept.__saledayAsking
}
