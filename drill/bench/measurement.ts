import type { Spread } from './spread.ts'

/** What a measurement is given: how long to look, how often, and where to say what it does. */
export type Bench = {
  readonly seconds: number
  readonly rounds: number
  readonly project: string
  /** Shows what is being measured at the moment. */
  readonly say: (detail: string) => void
  /** Where child processes leave CPU profiles; null for none. */
  readonly profiles: string | null
}

/** One line of the report. */
export type Finding = {
  readonly what: string
  /** Ours to the floor, measured in turns; null where there is nothing to compare with. */
  readonly ratio: Spread | null
  /** What the ratio, or the figure where there is none, should reach; null where none is set. */
  readonly aim: Aim | null
  readonly figure: Spread
  readonly floor: Spread | null
  readonly unit: string
  /** What a reader needs in order to believe it: what was asked of whom, what shared a core. */
  readonly notes: readonly string[]
}

export type Aim = { readonly atLeast: number } | { readonly atMost: number }

/** Something that could not be measured here, and what to do about it. */
export type Missing = { readonly what: string; readonly missing: string }

export type Measurement = {
  readonly name: string
  readonly title: string
  run(bench: Bench): Promise<readonly (Finding | Missing)[]>
}

/** Null where there is no aim. */
export function isMet({ aim, ratio, figure }: Finding): boolean | null {
  if (!aim) return null
  const value = (ratio ?? figure).median
  return 'atLeast' in aim ? value >= aim.atLeast : value <= aim.atMost
}
