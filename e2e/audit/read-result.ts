/** What is read of Lighthouse's result: https://github.com/GoogleChrome/lighthouse/blob/main/docs/understanding-results.md */
export type LighthouseResult = {
  readonly categories: Readonly<Record<string, Category>>
  readonly audits: Readonly<Record<string, Audit>>
  readonly environment: { readonly benchmarkIndex: number }
}
type Category = { readonly score: number | null; readonly auditRefs: readonly { readonly id: string; readonly weight: number }[] }
type Audit = {
  readonly title: string
  /** 0 to 1; null where it does not apply, or is for information. */
  readonly score: number | null
  readonly scoreDisplayMode: string
  readonly numericValue?: number
  readonly displayValue?: string
  readonly details?: unknown
}

/** What one run says of a page. Scores are 0 to 100. */
export type Run = {
  readonly performance: number
  readonly accessibility: number
  readonly bestPractices: number
  /** Without what asks search engines to come, where the page asks them to stay away. */
  readonly seo: number
  /** As Lighthouse gives it. */
  readonly wholeSeo: number
  readonly lcpMs: number
  readonly cls: number
  readonly tbtMs: number
  /** Until the page was still, and before anybody scrolled. */
  readonly requests: number
  readonly bytes: number
  /** The element that was the largest at last, as it begins in the document. */
  readonly largest: string
  /** How fast Lighthouse found the machine to be at that moment. */
  readonly benchmarkIndex: number
  /** What it would have otherwise: audits that are not green, those without weight included. */
  readonly findings: readonly string[]
}

/** The audit that wants every page to be found. */
const IS_CRAWLABLE = 'is-crawlable'
/** From where Lighthouse shows a score in green. */
const GREEN = 0.9

export function readResult({ categories, audits, environment }: LighthouseResult, { isToBeFound }: { isToBeFound: boolean }): Run {
  const number = (id: string) => audits[id]?.numericValue ?? Number.NaN
  const seo = categories.seo
  const requests = rowsOf(audits['network-requests']?.details).filter(({ url }) => /^https?:/.test(url ?? ''))
  return {
    performance: percent(categories.performance?.score),
    accessibility: percent(categories.accessibility?.score),
    bestPractices: percent(categories['best-practices']?.score),
    seo: percent(isToBeFound || !seo ? seo?.score : scoreWithout(seo, audits, IS_CRAWLABLE)),
    wholeSeo: percent(seo?.score),
    lcpMs: number('largest-contentful-paint'),
    cls: number('cumulative-layout-shift'),
    tbtMs: number('total-blocking-time'),
    requests: requests.length,
    bytes: requests.reduce((sum, { transferSize = 0 }) => sum + transferSize, 0),
    largest: rowsOf(audits['lcp-breakdown-insight']?.details).find(({ snippet }) => snippet)?.snippet ?? '',
    benchmarkIndex: environment.benchmarkIndex,
    findings: findingsOf(categories, audits),
  }
}

type Row = { readonly url?: string; readonly transferSize?: number; readonly snippet?: string }

function rowsOf(details: unknown): readonly Row[] {
  const { items = [] } = (details ?? {}) as { items?: readonly Row[] }
  return items
}

/** What could not be scored at all counts as nothing reached. */
function percent(score: number | null | undefined): number {
  return Math.round((score ?? 0) * 100)
}

/** A category's score as Lighthouse reckons it, the mean by weight, as if there were no such audit. */
function scoreWithout({ auditRefs }: Category, audits: LighthouseResult['audits'], without: string): number {
  let [sum, weights] = [0, 0]
  for (const { id, weight } of auditRefs) {
    const score = audits[id]?.score
    if (id === without || typeof score !== 'number') continue
    sum += score * weight
    weights += weight
  }
  return weights === 0 ? 0 : sum / weights
}

function findingsOf(categories: LighthouseResult['categories'], audits: LighthouseResult['audits']): string[] {
  const ids = new Set(Object.values(categories).flatMap(({ auditRefs }) => auditRefs.map(({ id }) => id)))
  return [...ids].flatMap((id) => {
    const audit = audits[id]
    if (!audit) return []
    const { title, score, scoreDisplayMode, displayValue } = audit
    const isRed = scoreDisplayMode === 'error' || (score !== null && score < GREEN)
    return isRed ? [`${id}: ${title}${displayValue ? ` (${displayValue.replaceAll('\u00a0', ' ')})` : ''}`] : []
  })
}
