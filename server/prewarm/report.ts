import type { workBetween } from './cache-counts.ts'
import type { Gathered } from './gather.ts'
import type { Layer } from './judge.ts'
import type { Place } from './place.ts'
import type { Question } from './question.ts'
import { isCold, type Judged, NOTHING, type Tally, tally } from './ratios.ts'

/**
 * `trees`: what an edge keeps for soft steps. `memory`: of a web process. `shared`: what web processes share in Redis cache. `photographs` and
 * `files` come from disk, through the last place.
 */
export type LayerName = 'edge' | 'trees' | 'memory' | 'shared' | 'photographs' | 'files'

/** `first`: as it was found. `now`: as it is, asked once more. `excused`: why it is not judged. */
export type LayerReport = {
  readonly layer: LayerName
  readonly origin: string
  readonly first: Tally
  readonly now: Tally
  readonly excused?: string
}

export type Report = Gathered & {
  readonly layers: readonly LayerReport[]
  /** Those that are there and have less than they should. */
  readonly cold: readonly LayerReport[]
  /** Why it is not warm, in words; none where it is. */
  readonly problems: readonly string[]
  /** What else is to be said of it. */
  readonly notes: readonly string[]
}

/** A place that answers, and as what it is walked. */
export type Stop = {
  readonly place: Place
  readonly layer: Layer
  /** What it says itself that it is, also where it has to be an edge: by that its files are judged. */
  readonly shows: Layer
}

/** Whether a layer that had every page, but for what was given up, lacks many already: they were edited, or it was emptied, meanwhile. */
export function isEmptied(givenUp: readonly Question[], now: readonly Judged[]): boolean {
  const pages = now.filter(({ question }) => question.kind === 'page')
  const had = pages.length - givenUp.filter(({ kind }) => kind === 'page').length
  return !isCold({ now: { asked: pages.length, hits: had, misses: [] } }) && isCold({ now: tally(pages) })
}

export function coldOf(layers: readonly LayerReport[]): LayerReport[] {
  return layers.filter((layer) => layer.excused === undefined && isCold(layer))
}

/** A tree is left to the web process where a cache keeps none of them; one that keeps some has to keep all. */
export function pageLayers({ place: { origin }, layer }: Stop, first: readonly Judged[], now: readonly Judged[]): LayerReport[] {
  if (layer === 'web') return [{ layer: 'memory', origin, first: tally(first), now: tally(now) }]
  const [trees, pages] = [ofKind('tree', now), ofKind('page', now)]
  const passed = trees.filter(({ verdict }) => verdict.outcome === 'passed').length
  const keepsNone = tally(trees).hits === 0 && !isCold({ now: { asked: trees.length, hits: passed, misses: [] } })
  const excused = keepsNone ? { excused: 'it keeps none, so web processes answer soft steps' } : {}
  return [
    { layer: 'edge', origin, first: tally(ofKind('page', first)), now: tally(pages) },
    { layer: 'trees', origin, first: tally(ofKind('tree', first)), now: tally(trees), ...excused },
  ]
}

export function ofKind(kind: Question['kind'], judged: readonly Judged[]): Judged[] {
  return judged.filter(({ question }) => question.kind === kind)
}

/**
 * Of what one of several processes rendered meanwhile, how much each of the others took over. Who renders what is theirs to settle; that each page is
 * rendered once is what sharing is for. `lacked`: how many of the pages one of them had to get from somewhere. Null where that was not most of
 * them, or nothing was rendered: what is counted then is what visitors asked for, and they do not ask every process.
 */
export function sharedLayer(
  origin: string,
  { pages, lacked }: { readonly pages: number; readonly lacked: number },
  processes: number,
  { rendered, taken }: ReturnType<typeof workBetween>,
): LayerReport | null {
  const asked = lacked * 2 < pages ? 0 : Math.min(rendered, lacked) * (processes - 1)
  return asked === 0 ? null : { layer: 'shared', origin, first: NOTHING, now: { asked, hits: Math.min(taken, asked), misses: [] } }
}

export function fileLayers({ place: { origin } }: Stop, first: readonly Judged[], now: readonly Judged[]): LayerReport[] {
  return (['photograph', 'file'] as const).map((kind) => {
    const own = (judged: readonly Judged[]) => tally(ofKind(kind, judged))
    return { layer: kind === 'photograph' ? 'photographs' : 'files', origin, first: own(first), now: own(now) }
  })
}

export function awayLayer({ origin, mustBeEdge }: Place, why: string): LayerReport {
  const misses = [
    { kind: 'page', path: '/', encoding: 'identity', outcome: 'unfit', status: null, said: `nobody answers: ${why}` } as const,
  ]
  return { layer: mustBeEdge ? 'edge' : 'memory', origin, first: NOTHING, now: { asked: 1, hits: 0, misses } }
}
