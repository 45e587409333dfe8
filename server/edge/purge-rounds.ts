import type { AsOf } from '../cache/as-of.ts'
import type { TagsRead } from '../cache/read-tags.ts'
import { join, type Purge } from './purge.ts'

/**
 * When what an edit has made old is purged, counted from when it was heard of. First when every web process has heard of it too, which asks four
 * times a second as the follower does: whoever has not would send the older page once more, as a fresh one. Again when none calls that fresh any
 * more (its lease, a second) and what it had sent has been kept; and once more when even the slowest answer of before has arrived, which
 * deploy/edge/nginx.conf.template bounds to ten seconds.
 */
export const ROUNDS_MS = [300, 2000, 12_000] as const

type UnderWay = { readonly purge: Purge; readonly heardAtMs: number; round: number }

/** What is to be purged when, by the numbers of the feed. Times are milliseconds of one clock that never goes back. */
export class PurgeRounds {
  #heard: AsOf
  #settled: AsOf
  #underWay: UnderWay[] = []

  /** From where an earlier one had settled everything; of another life of the feed, or of none, where that is not known. */
  constructor(settled: AsOf) {
    this.#heard = settled
    this.#settled = settled
  }

  /** Up to where the feed was read. */
  get heard(): AsOf {
    return this.#heard
  }

  /** Up to where nothing older can come back any more: whoever starts again begins here. */
  get settled(): AsOf {
    return this.#settled
  }

  /** Takes in what was told since `heard`. A feed of another life, or one that was set back, says nothing of what is kept: all of it goes. */
  hear({ epoch, head, changed }: TagsRead, nowMs: number): void {
    const upTo = { epoch, sequence: head }
    const isAnother = epoch !== this.#heard.epoch || head < this.#heard.sequence
    if (isAnother || changed.size > 0) {
      this.#underWay.push({ purge: { upTo, told: isAnother ? null : changed }, heardAtMs: nowMs, round: 0 })
    }
    this.#heard = upTo
    this.#settle()
  }

  /** What is to be purged by now, in one; null for nothing. `done` is to be called with it when that has been done. */
  due(nowMs: number): { readonly purge: Purge; readonly done: () => void } | null {
    const due = this.#underWay.filter(({ heardAtMs, round }) => nowMs >= heardAtMs + (ROUNDS_MS[round] ?? 0))
    const [first, ...others] = due.map(({ purge }) => purge)
    if (!first) return null
    const purge = others.reduce(join, first)
    const done = () => {
      for (const one of due) one.round = roundAfter(one, nowMs)
      this.#settle()
    }
    return { purge, done }
  }

  /** In the order of their numbers, each of which takes equally long. */
  #settle(): void {
    const goesOn = this.#underWay.findIndex(({ round }) => round < ROUNDS_MS.length)
    const over = goesOn === -1 ? this.#underWay.splice(0) : this.#underWay.splice(0, goesOn)
    this.#settled = goesOn === -1 ? this.#heard : (over.at(-1)?.purge.upTo ?? this.#settled)
  }
}

/** A purge at a moment is as good as each that was due by then. */
function roundAfter({ heardAtMs }: UnderWay, nowMs: number): number {
  const next = ROUNDS_MS.findIndex((afterMs) => heardAtMs + afterMs > nowMs)
  return next === -1 ? ROUNDS_MS.length : next
}
