import { type Failure, fail } from '#/domain/result.ts'

/** A number that is none, is no whole one, or is outside what the shop can work with. */
export type OutOfBounds = Failure<'OUT_OF_BOUNDS'> & { readonly field: string; readonly least: number; readonly most: number }

/** A time from which or until which; null for always. Milliseconds since the epoch. */
export type Window = { readonly startsAtMs: number | null; readonly endsAtMs: number | null }
export type BadWindow = Failure<'EMPTY_WINDOW'> | OutOfBounds

/** The year 3000: far beyond any sale, well within what a column and a script hold. */
const LAST_MS = Date.UTC(3000, 0)

/** The first field that is out of its bounds; null when none is, or is null where it may be. */
export function findOutOfBounds(fields: Readonly<Record<string, readonly [number | null, readonly [number, number]]>>): OutOfBounds | null {
  for (const [field, [value, [least, most]]] of Object.entries(fields)) {
    if (value !== null && !(Number.isInteger(value) && least <= value && value <= most))
      return fail('OUT_OF_BOUNDS', { field, least, most })
  }
  return null
}

/** Why nothing could be sold in a window; null when something can. */
export function findBadWindow({ startsAtMs, endsAtMs }: Window): BadWindow | null {
  const outside = findOutOfBounds({ startsAtMs: [startsAtMs, [0, LAST_MS]], endsAtMs: [endsAtMs, [0, LAST_MS]] })
  if (outside) return outside
  return startsAtMs !== null && endsAtMs !== null && endsAtMs <= startsAtMs ? fail('EMPTY_WINDOW') : null
}

export function toDate(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms)
}
