import type { Verdict } from './judge.ts'
import type { Question } from './question.ts'

export type Miss = Question & Verdict

/** How many of what was asked of a layer it had, and what it did not have, the most wanted first. */
export type Tally = { readonly asked: number; readonly hits: number; readonly misses: readonly Miss[] }

export const NOTHING: Tally = { asked: 0, hits: 0, misses: [] }

/** Below this a layer is not warm. */
const LEAST_RATIO = 0.95

/** More are not told one by one. */
const MOST_MISSES = 100

export type Judged = { readonly question: Question; readonly verdict: Verdict }

export function tally(judged: readonly Judged[]): Tally {
  const misses = judged
    .filter(({ verdict }) => verdict.outcome !== 'hit')
    .map(({ question, verdict }) => ({ ...question, ...verdict }))
    .toReversed()
  return { asked: judged.length, hits: judged.length - misses.length, misses: misses.slice(0, MOST_MISSES) }
}

/** Null where nothing was asked. */
export function ratioOf({ asked, hits }: Pick<Tally, 'asked' | 'hits'>): number | null {
  return asked === 0 ? null : hits / asked
}

/** In tenths of a hundredth, never rounded up to what it is not: `94.9 %` is below 95. `–` where nothing was asked. */
export function percent({ asked, hits }: Pick<Tally, 'asked' | 'hits'>): string {
  return asked === 0 ? '–' : `${(Math.floor((1000 * hits) / asked) / 10).toFixed(1)} %`
}

/** A layer of which nothing was asked is neither warm nor cold. */
export function isCold({ now }: { readonly now: Tally }): boolean {
  const ratio = ratioOf(now)
  return ratio !== null && ratio < LEAST_RATIO
}
