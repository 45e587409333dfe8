import { type Spread, spreadOf } from '#/drill/bench/spread.ts'
import type { AuditPage, Form } from './audit-page.ts'
import type { Run } from './read-result.ts'

export type Figure = 'performance' | 'accessibility' | 'bestPractices' | 'seo' | 'lcpMs' | 'cls' | 'tbtMs' | 'requests'

/** A bound on the middle of all runs. */
export type Target = { readonly figure: Figure } & ({ readonly atLeast: number } | { readonly atMost: number })

export type Measured = {
  readonly page: AuditPage
  readonly form: Form
  readonly runs: readonly Run[]
}

export type Verdict = {
  readonly figure: Figure
  readonly spread: Spread
  readonly target: Target | null
  /** Null where nothing is asked. */
  readonly isMet: boolean | null
}

export const FIGURES: Readonly<Record<Figure, { readonly title: string; readonly write: (value: number) => string }>> = {
  performance: { title: 'performance', write: String },
  accessibility: { title: 'accessibility', write: String },
  bestPractices: { title: 'best practices', write: String },
  seo: { title: 'SEO', write: String },
  lcpMs: { title: 'LCP', write: (value) => `${(value / 1000).toFixed(2)} s` },
  cls: { title: 'CLS', write: (value) => value.toFixed(3) },
  tbtMs: { title: 'TBT', write: (value) => `${Math.round(value)} ms` },
  requests: { title: 'requests', write: String },
}

const NAMES = Object.keys(FIGURES) as Figure[]

export function targetsOf({ kind, opensWithPhotograph = false }: AuditPage, form: Form): Target[] {
  const everywhere: Target[] = [
    { figure: 'performance', atLeast: kind === 'public' ? 100 : 95 },
    { figure: 'accessibility', atLeast: 100 },
    { figure: 'bestPractices', atLeast: 100 },
    { figure: 'seo', atLeast: 100 },
  ]
  if (!opensWithPhotograph) return everywhere
  const lcp: Target[] = form === 'mobile' ? [{ figure: 'lcpMs', atMost: 1300 }] : []
  return [...everywhere, ...lcp, { figure: 'cls', atMost: 0.01 }, { figure: 'tbtMs', atMost: 100 }, { figure: 'requests', atMost: 25 }]
}

/** One for each figure, in their order. */
export function judge({ page, form, runs }: Measured): Verdict[] {
  const targets = targetsOf(page, form)
  return NAMES.map((figure) => {
    const spread = spreadOf(runs.map((run) => run[figure]))
    const target = targets.find((one) => one.figure === figure) ?? null
    return { figure, spread, target, isMet: target && isMet(spread.median, target) }
  })
}

/** What is missed, one sentence each. */
export function missesOf(measured: Measured): string[] {
  const { page, form, runs } = measured
  const where = `${page.name}, ${form}`
  const misses = judge(measured)
    .filter(({ isMet: met }) => met === false)
    .map(
      ({ figure, spread, target }) =>
        `${where}: ${FIGURES[figure].title} ${writeSpread(figure, spread)}, not ${target && writeTarget(target)}`,
    )
  const others = runs
    .filter(({ largest }) => page.opensWithPhotograph && !largest.startsWith('<img'))
    .map(({ largest }) => largest || 'nothing')
  if (others.length > 0) misses.push(`${where}: what was largest at last is not the photograph but ${[...new Set(others)].join(', ')}`)
  return misses
}

/** The run whose performance is the middle one: the one to look at. */
export function middleRun(runs: readonly Run[]): number {
  const order = runs.map((_, index) => index).toSorted((a, b) => (runs[a]?.performance ?? 0) - (runs[b]?.performance ?? 0))
  return order[Math.floor((order.length - 1) / 2)] ?? 0
}

/** The middle, and how far the runs lie apart. */
export function writeSpread(figure: Figure, { median, least, most }: Spread): string {
  const { write } = FIGURES[figure]
  const [low, middle, high] = [write(least), write(median), write(most)]
  return low === high ? middle : `${middle} (${low} to ${high})`
}

export function writeTarget(target: Target): string {
  const { write } = FIGURES[target.figure]
  return 'atLeast' in target ? `≥ ${write(target.atLeast)}` : `≤ ${write(target.atMost)}`
}

/** What could not be measured is missed. */
function isMet(value: number, target: Target): boolean {
  return 'atLeast' in target ? value >= target.atLeast : value <= target.atMost
}
