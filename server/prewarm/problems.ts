import type { Gathered } from './gather.ts'
import { layerWords } from './layer-words.ts'
import { isCold, type Judged, percent, tally } from './ratios.ts'
import { coldOf, type LayerReport, ofKind, type Stop } from './report.ts'

/** Of each place, so many pages of sales are named. */
const MOST_NAMED = 5

/** Why a shop is not warm, whose layers and sales' pages were found so; `files`: how many its pages name. */
export function problemsOf(
  { listed, beyond }: Gathered,
  layers: readonly LayerReport[],
  sales: readonly string[],
  files: number,
): string[] {
  return [
    ...coldOf(layers).map((layer) => `${layerWords(layer)} has ${percent(layer.now)}, and 95 % is the least`),
    ...sales,
    ...(listed === 0 && beyond.parts === 0 ? ['the sitemap names no page of this address: --public says how shoppers call the shop'] : []),
    ...(files === 0 ? ['its pages name no script: they are not those of this shop, or do not come plain'] : []),
  ]
}

/**
 * What sales lack at a place that has enough of the whole shop: a sale's own page, a product that is not shown as it is, or more than a few that
 * are not kept.
 */
export function saleProblems({ place: { origin } }: Stop, now: readonly Judged[], ofSales: ReadonlySet<string>): string[] {
  const pages = ofKind('page', now)
  if (isCold({ now: tally(pages) })) return []
  const own = pages.filter(({ question }) => ofSales.has(question.path))
  const lacked = own.filter(({ verdict }) => verdict.outcome !== 'hit').toReversed()
  const broken = lacked.filter(({ question, verdict }) => verdict.outcome !== 'passed' || question.path.startsWith('/sale/'))
  const kept = { asked: own.length, hits: own.length - (lacked.length - broken.length), misses: [] }
  const named = [...new Map(broken.map(({ question: { path }, verdict: { said } }) => [path, `${path} (${said})`])).values()]
  const more = named.length > MOST_NAMED ? `, and ${named.length - MOST_NAMED} more` : ''
  return [
    ...(named.length > 0 ? [`of sales ${origin} lacks ${named.slice(0, MOST_NAMED).join(', ')}${more}`] : []),
    ...(isCold({ now: kept }) ? [`of the pages of sales ${origin} has ${percent(kept)}, and 95 % is the least`] : []),
  ]
}
