import { setTimeout as pause } from 'node:timers/promises'
import { fail, ok, type Result } from '#/domain/result.ts'
import { ROUNDS_MS } from '../edge/purge-rounds.ts'
import { type Answered, Asker, type Unanswered } from './ask.ts'
import { type CacheCounts, readCacheCounts, workBetween } from './cache-counts.ts'
import { type Gathered, gather, type NoSitemap } from './gather.ts'
import { layerOf } from './judge.ts'
import { namedIn } from './named-addresses.ts'
import type { Place } from './place.ts'
import { problemsOf, saleProblems } from './problems.ts'
import { filesOf, formsOf, ofProcess, type Question } from './question.ts'
import type { Judged } from './ratios.ts'
import { awayLayer, coldOf, fileLayers, isEmptied, type LayerReport, pageLayers, type Report, type Stop, sharedLayer } from './report.ts'
import { askAll, type Walking, type Warmed, warm } from './walk.ts'

/** Eight photographs on each of as many pages as are walked, in every width and format. */
const MOST_FILES = 100_000
/** Of the time for all of it, what is left to look at what came of it. */
const SHARE_TO_LOOK = 0.3
/** An edge of ours drops what an edit made old several times: what was edited before a walk began is dropped for the last time by then. */
const SETTLE_MS = Math.max(...ROUNDS_MS) + 3000
const TICK_MS = 1000
/** What is edited during the walk is followed for so long. */
const MOST_EMPTIED = 3
/** A page that is rendered anew is there within a second or two, and one after the other gets ready. */
const STANDSTILL_MS = 5000

export type Prewarming = {
  /** Web processes are walked in this order, and then edges. */
  readonly places: readonly Place[]
  /** Pages that are known already, beside those that the shop names. */
  readonly known: readonly string[]
  readonly atOnce: number
  readonly totalMs: number
  readonly signal: AbortSignal
  readonly onProgress?: (step: string, done: number, total: number) => void
  /** How long a question may take; how long it is waited while nothing more gets ready; how long an edge goes on dropping what is old. */
  readonly patience?: { readonly requestMs: number; readonly standstillMs: number; readonly settleMs: number }
}

export type NotReached = { readonly ok: false; readonly code: 'NOT_REACHED'; readonly origin: string; readonly why: string }

/**
 * Asks each place for everything until it is kept there, and then once more, to see whether it is. A place that does not answer is as cold as one
 * can be. Changes nothing, and is safe to repeat. Throws where `signal` ends it.
 */
export async function prewarm(prewarming: Prewarming): Promise<Result<Report, NoSitemap | NotReached>> {
  const startedMs = performance.now()
  const asker = new Asker(prewarming.atOnce, prewarming.signal, prewarming.patience?.requestMs)
  try {
    const { stops, away } = await findStops(asker, prewarming.places)
    const walk = new Walk(asker, prewarming, stops, startedMs)
    let gathered: Result<Gathered, NoSitemap> | undefined
    // One that is in trouble, and answers all but that, does not keep the others from being walked.
    for (const { place } of stops) if (!gathered?.ok) gathered = await gather(asker, place, prewarming.known, walk.warmUntilMs)
    if (!gathered) return fail('NOT_REACHED', { origin: away[0]?.origin ?? 'no address', why: away[0]?.now.misses[0]?.said ?? '' })
    if (!gathered.ok) return gathered
    const walked = await walk.run(gathered.value)
    const layers = [...away, ...walked.layers]
    const problems = problemsOf(gathered.value, layers, walked.sales, walked.files)
    const notes = await notesOn(asker, stops, layers, walk.numbers)
    return ok({ ...gathered.value, layers, cold: coldOf(layers), problems, notes })
  } finally {
    asker.close()
  }
}

async function findStops(asker: Asker, places: readonly Place[]): Promise<{ stops: Stop[]; away: LayerReport[] }> {
  const stops: Stop[] = []
  const away: LayerReport[] = []
  for (const place of places) {
    const answer = await asker.ask(place, '/', { headers: { accept: 'text/html', 'accept-encoding': 'identity' } })
    if (!answer.ok) {
      away.push(awayLayer(place, answer.why))
      continue
    }
    const shows = layerOf(answer.value) ?? 'web'
    stops.push({ place, shows, layer: place.mustBeEdge ? 'edge' : shows })
  }
  return { stops, away }
}

type Walked = {
  readonly stop: Stop
  readonly questions: readonly Question[]
  readonly warmed: Warmed
}

class Walk {
  readonly #asker: Asker
  readonly #prewarming: Prewarming
  readonly #stops: readonly Stop[]
  readonly #startedMs: number
  readonly #endMs: number
  readonly warmUntilMs: number
  readonly #photographs = new Set<string>()
  readonly #files = new Set<string>()
  /** Up to which number of the feed each web process knew of edits when its walk began. */
  readonly numbers = new Map<string, number>()

  constructor(asker: Asker, prewarming: Prewarming, stops: readonly Stop[], startedMs: number) {
    this.#asker = asker
    this.#prewarming = prewarming
    this.#stops = stops
    this.#startedMs = startedMs
    this.#endMs = this.#startedMs + prewarming.totalMs
    this.warmUntilMs = this.#endMs - prewarming.totalMs * SHARE_TO_LOOK
  }

  /** `sales`: what is to be said of the pages of sales. `files`: how many files pages name. */
  async run({ paths, ofSales }: Gathered): Promise<{ layers: LayerReport[]; sales: string[]; files: number }> {
    const [webs, edges] = [this.#stops.filter(({ layer }) => layer === 'web'), this.#stops.filter(({ layer }) => layer === 'edge')]
    const before = await this.#readCounts()
    const walked: Walked[] = []
    const turn = async (stop: Stop) => void walked.push(await this.#warm(stop, paths, this.#stops.length - walked.length))
    for (const stop of webs) await turn(stop)
    const lacked = Math.max(0, ...walked.map(({ warmed }) => lackedBy(warmed.first)))
    const shared = this.#sharedBy(before, await this.#readCounts(), { pages: paths.length, lacked })
    if (edges.some(({ shows }) => shows === 'edge')) await this.#settle()
    for (const stop of edges) await turn(stop)
    // Every process sends the same files, so the last place, which shoppers come through, is asked for them.
    const last = [...webs, ...edges].at(-1) as Stop
    const files = filesOf({ photographs: this.#photographs, files: this.#files })
    const filesFirst = await askAll(
      this.#walking(`Photographs and scripts of ${last.place.origin}`, files.length, this.warmUntilMs),
      last.place,
      last.shows,
      files,
    )
    const total = walked.reduce((sum, { questions }) => sum + questions.length, files.length)
    const looking = this.#walking('Looking once more', total, this.#endMs)
    const layers: LayerReport[] = []
    const sales: string[] = []
    for (const one of walked) {
      const now = await this.#look(looking, one)
      layers.push(...pageLayers(one.stop, one.warmed.first, now))
      sales.push(...saleProblems(one.stop, now, new Set(ofSales)))
    }
    // They came whole before: their heads say the rest, and tens of thousands of photographs need not come twice.
    const fileReports = fileLayers(last, filesFirst, await askAll(looking, last.place, last.shows, files, 'HEAD'))
    return { layers: [...layers, ...shared, ...fileReports], sales, files: this.#files.size }
  }

  /** `left`: how many places there are to be walked yet. Each has its share of the time, so that one that is slow does not take all of it. */
  async #warm(stop: Stop, paths: readonly string[], left: number): Promise<Walked> {
    const { place, layer } = stop
    const questions = paths.flatMap(layer === 'edge' ? formsOf : ofProcess)
    const nowMs = performance.now()
    const untilMs = nowMs + (this.warmUntilMs - nowMs) / left
    const walking = this.#walking(`Warming ${place.origin}`, questions.length, untilMs)
    return { stop, questions, warmed: await warm(walking, place, layer, questions) }
  }

  /** What each web process tells of itself, where it may be asked. */
  async #readCounts(): Promise<Map<string, CacheCounts>> {
    const read = new Map<string, CacheCounts>()
    for (const { place, layer } of this.#stops) {
      const counts = layer === 'web' ? await readCacheCounts(this.#asker, place) : null
      if (counts === null) continue
      read.set(place.origin, counts)
      if (!this.numbers.has(place.origin)) this.numbers.set(place.origin, counts.feed.sequence)
    }
    return read
  }

  #sharedBy(
    before: ReadonlyMap<string, CacheCounts>,
    after: ReadonlyMap<string, CacheCounts>,
    of: { readonly pages: number; readonly lacked: number },
  ): LayerReport[] {
    const readings = [...before].flatMap(([origin, then]) => {
      const now = after.get(origin)
      return now ? [[then, now] as const] : []
    })
    const layer = sharedLayer([...before.keys()].join(', '), of, readings.length, workBetween(readings))
    return layer === null ? [] : [layer]
  }

  /** What an edge is filled with before it has dropped for the last time what is old would be lost again. */
  async #settle(): Promise<void> {
    const { signal, onProgress, patience } = this.#prewarming
    const settleMs = Math.min(patience?.settleMs ?? SETTLE_MS, this.warmUntilMs - this.#startedMs)
    for (let goneMs = this.#goneMs(); goneMs < settleMs; goneMs = this.#goneMs()) {
      onProgress?.('Letting the edge drop what was edited just before, seconds', Math.floor(goneMs / 1000), Math.ceil(settleMs / 1000))
      await pause(Math.min(TICK_MS, settleMs - goneMs), undefined, { signal })
    }
  }

  #goneMs(): number {
    return performance.now() - this.#startedMs
  }

  /** What an edit makes old meanwhile is asked for again. */
  async #look(looking: Walking, { stop: { place, layer }, questions, warmed }: Walked): Promise<Judged[]> {
    const givenUp = new Set(warmed.givenUp)
    let now = await askAll(looking, place, layer, questions)
    for (let tries = 0; tries < MOST_EMPTIED && isEmptied([...givenUp], now); tries += 1) {
      const lost = questions.filter((question) => !givenUp.has(question))
      const again = await warm(this.#walking(`Warming ${place.origin} again`, lost.length, this.#endMs), place, layer, lost)
      for (const question of again.givenUp) givenUp.add(question)
      now = await askAll(this.#walking('Looking once more', questions.length, this.#endMs), place, layer, questions)
    }
    return now
  }

  #walking(step: string, total: number, untilMs: number): Walking {
    const { atOnce, signal, onProgress, patience } = this.#prewarming
    let done = 0
    return {
      asker: this.#asker,
      atOnce,
      signal,
      untilMs,
      standstillMs: patience?.standstillMs ?? STANDSTILL_MS,
      onAnswer: (question, answer) => {
        done += 1
        onProgress?.(step, Math.min(done, total), total)
        this.#note(question, answer)
      },
    }
  }

  #note({ kind }: Question, answer: Result<Answered, Unanswered>): void {
    if (kind !== 'page' || !answer.ok || answer.value.status !== 200) return
    const named = namedIn(answer.value.text)
    for (const one of named.photographs) if (this.#photographs.size < MOST_FILES) this.#photographs.add(one)
    for (const one of named.files) if (this.#files.size < MOST_FILES) this.#files.add(one)
  }
}

/** How many pages a web process had to get from somewhere. */
function lackedBy(first: readonly Judged[]): number {
  return first.filter(({ question, verdict }) => question.kind === 'page' && verdict.outcome !== 'hit').length
}

async function notesOn(
  asker: Asker,
  stops: readonly Stop[],
  layers: readonly LayerReport[],
  numbers: ReadonlyMap<string, number>,
): Promise<string[]> {
  const notes: string[] = []
  const webs = stops.filter(({ layer }) => layer === 'web')
  let wasEdited = false
  for (const { place } of webs) {
    const counts = await readCacheCounts(asker, place)
    wasEdited ||= counts !== null && counts.feed.sequence !== (numbers.get(place.origin) ?? counts.feed.sequence)
    if (counts && !counts.feed.lease)
      notes.push(`${place.origin} has not heard from Postgres for a second: what it sends, no edge keeps for longer than that.`)
  }
  if (wasEdited)
    notes.push('Something was edited meanwhile. What that made old an edge drops for some seconds more: walk once more after them.')
  if (webs.length === 0) notes.push('Behind the edge, what it asked for is warm: the web process that rendered it, and what they share.')
  if (webs.length === stops.length) notes.push('No edge was walked: web processes answer for themselves.')
  if (webs.length > 1 && !layers.some(({ layer }) => layer === 'shared'))
    notes.push('What web processes share was not needed: each had all of it already, or may not be asked how it came by it.')
  return notes
}
