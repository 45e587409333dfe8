import type { Clock } from '#/domain/clock.ts'
import type { Result } from '#/domain/result.ts'
import { unreachable } from '#/domain/unreachable.ts'
import type { Db } from '../db/client.ts'
import type { prewarmEnv } from '../env.ts'
import type { NoSitemap } from '../prewarm/gather.ts'
import { layerWords } from '../prewarm/layer-words.ts'
import { ownPlaces } from '../prewarm/own-places.ts'
import type { Place } from '../prewarm/place.ts'
import { type NotReached, prewarm } from '../prewarm/prewarm.ts'
import { type Miss, percent, ratioOf } from '../prewarm/ratios.ts'
import type { LayerName, LayerReport, Report } from '../prewarm/report.ts'
import { readSalePages } from '../prewarm/sale-pages.ts'
import { type Answer, answer, counted, EXIT, moment } from './answer.ts'
import type { ProgressBar } from './progress-bar.ts'
import { PREWARM_USAGE, type PrewarmAsked, type PrewarmCommand } from './read-prewarm-command.ts'
import { orServerAway } from './run-command.ts'

/** Longer than a large shop takes; what is not kept by then will not be. */
const TOTAL_MS = 15 * 60_000
/** Of each layer, as many of what it lacks are named. */
const NAMED = 5

export type PrewarmDesk = {
  /** Null where nobody says which Postgres that shop has: then sales are known by their pages alone. */
  readonly db: Db | null
  readonly clock: Clock
  readonly shop: ReturnType<typeof prewarmEnv>
  readonly signal: AbortSignal
  readonly bar: ProgressBar
}

type Walk = Extract<PrewarmCommand, { name: 'prewarm' }>

/** Warms, and says what came of it. */
export function answerPrewarm(desk: PrewarmDesk, { command }: PrewarmAsked): Promise<Answer> {
  switch (command.name) {
    case 'help':
      return Promise.resolve(answer(EXIT.fine, PREWARM_USAGE.split('\n'), { usage: PREWARM_USAGE }))
    case 'prewarm':
      return orServerAway(() => walk(desk, command), 'operators', [])
    default:
      return unreachable(command)
  }
}

async function walk(desk: PrewarmDesk, command: Walk): Promise<Answer> {
  const places = command.places.length > 0 ? command.places.map((place) => named(place, command.publicOrigin)) : ownPlaces(desk.shop)
  if (places.length === 0) return answer(EXIT.usage, ['Nobody says where the shop is: --url https://shop.example does.'], { places })
  const sales = await salesOf(desk, command)
  if (!sales.ok) return sales.answer
  const { signal, bar } = desk
  try {
    const { atOnce } = command
    const walked = await prewarm({ places, known: sales.paths, atOnce, totalMs: TOTAL_MS, signal, onProgress: bar.show })
    bar.end()
    return toAnswer(walked, sales.lines)
  } catch (error) {
    bar.cutShort()
    if (!signal.aborted) throw error
    return answer(EXIT.trouble, ['Stopped before all was looked at. What was kept by then stays kept.'], { stopped: true })
  }
}

function named({ origin, mustBeEdge }: Walk['places'][number], publicOrigin: string | null): Place {
  return { origin, mustBeEdge, publicOrigin: publicOrigin ?? origin, token: null }
}

type Sales =
  | { readonly ok: true; readonly paths: readonly string[]; readonly lines: readonly string[] }
  | { readonly ok: false; readonly answer: Answer }

/** An address of somebody's choice has sales of its own, which its pages tell. */
async function salesOf({ db, clock }: PrewarmDesk, { places, sales }: Walk): Promise<Sales> {
  if (db === null || places.length > 0) return { ok: true, paths: sales.map((slug) => `/sale/${slug}`), lines: [] }
  const nowMs = clock.now()
  const wanted = await Promise.all(sales.map(async (slug) => ({ slug, found: (await readSalePages(db, nowMs, { slug }))[0] })))
  const unknown = wanted.find(({ found }) => !found)
  if (unknown) return { ok: false, answer: answer(EXIT.trouble, [`There is no sale ${unknown.slug}.`], { known: false }) }
  const all = [...wanted.flatMap((one) => one.found ?? []), ...(await readSalePages(db, nowMs))]
  const found = [...new Map(all.map((sale) => [sale.slug, sale])).values()]
  const lines = found
    .filter(({ startsAtMs }) => startsAtMs > nowMs)
    .map(({ slug, startsAtMs }) => `The sale ${slug} begins at ${moment(startsAtMs)}: until then it has no page of its own.`)
  return { ok: true, paths: found.flatMap(({ paths }) => paths), lines }
}

function toAnswer(walked: Result<Report, NoSitemap | NotReached>, saleLines: readonly string[]): Answer {
  if (!walked.ok) {
    if (walked.code === 'NOT_REACHED') return answer(EXIT.serverAway, [`${walked.origin}: ${walked.why}.`], { notReached: walked })
    const { target, why } = walked
    return answer(EXIT.trouble, [`Which pages there are is not known: ${target} cannot be read, ${why}.`], { noSitemap: walked })
  }
  const { paths, foreign, beyond, layers, cold, problems, notes } = walked.value
  const files = (layer: LayerName) => layers.find((one) => one.layer === layer)?.now.asked ?? 0
  const remarks = [...saleLines, ...notes, ...elsewhere(walked.value)]
  const lines = [
    `${counted(paths.length, 'page')}, ${counted(files('photographs'), 'picture')} and ${counted(files('files'), 'file')} were asked for.`,
    '',
    ...table(layers),
    ...layers.flatMap((layer) => missing(layer, cold.includes(layer))),
    ...(remarks.length > 0 ? ['', ...remarks.map((line) => `  ${line}`)] : []),
    '',
    problems.length === 0 ? 'Warm: each layer that is there has 95 % or more.' : `Not warm: ${problems.join('; ')}.`,
  ]
  const isFine = problems.length === 0
  const data = { pages: paths.length, beyond, foreign: foreign.count, warm: isFine, problems, layers: layers.map(dataOf), notes }
  return answer(isFine ? EXIT.fine : EXIT.trouble, lines, data)
}

/** What the shop names and is not walked. */
function elsewhere({ beyond, foreign }: Report): string[] {
  const parts = beyond.parts > 0 ? ` and ${counted(beyond.parts, 'part')} of the sitemap` : ''
  return [
    ...(beyond.pages + beyond.parts > 0
      ? [
          `Left out, being beyond what a web process has room for: ${counted(beyond.pages, 'page')}${parts}. The first who ask wait for those.`,
        ]
      : []),
    ...(foreign.such === null ? [] : [`Elsewhere, and not followed: ${foreign.count} of the sitemap, such as ${foreign.such}`]),
  ]
}

function table(layers: readonly LayerReport[]): string[] {
  const rows = layers.map(({ first, now, excused, ...layer }) => {
    return {
      name: layerWords(layer),
      first: percent(first),
      now: percent(now),
      of: `${now.hits} of ${now.asked}${excused ? `, ${excused}` : ''}`,
    }
  })
  const width = Math.max(...rows.map(({ name }) => name.length), 12)
  return [
    `  ${''.padEnd(width)}  ${'at first'.padStart(9)}  ${'now'.padStart(9)}`,
    ...rows.map(({ name, first, now, of }) => `  ${name.padEnd(width)}  ${first.padStart(9)}  ${now.padStart(9)}   ${of}`),
  ]
}

/** What a layer lacks, the first few by name: also where it has enough, since each is a page that somebody waits for. */
function missing(layer: LayerReport, isCold: boolean): string[] {
  const { misses, asked, hits } = layer.now
  if (layer.excused !== undefined || misses.length === 0) return []
  const more = asked - hits - Math.min(NAMED, misses.length)
  return [
    '',
    `  ${isCold ? 'COLD: ' : ''}${layerWords(layer)} lacks ${asked - hits} of ${asked}:`,
    ...misses.slice(0, NAMED).map((miss) => `    ${missWords(miss)}`),
    ...(more > 0 ? [`    and ${more} more`] : []),
    ...(isCold ? [`  ${REMEDY[layer.layer]}`] : []),
  ]
}

function missWords({ kind, path, encoding, said }: Miss): string {
  const form = kind === 'tree' ? ', for soft steps' : kind === 'page' && encoding !== 'identity' ? `, ${encoding}` : ''
  return `${path}${form}: ${said}`
}

/** What to do about a layer that is cold. */
const REMEDY: Record<LayerName, string> = {
  edge:
    'fwd=bypass: its configuration keeps none (deploy/edge). fwd=uri-miss: dropped meanwhile, as an edit has it for some 15 seconds; try again. ' +
    'An error: the log of the web process tells.',
  trees: 'It keeps some trees and not all: compare what it does with headers that begin with `next-` and `rsc` (deploy/edge).',
  memory: 'The log of that web process tells which pages it could not render, and why.',
  shared:
    'Web processes rendered what another had rendered already: Redis cache is away, full, or not one for all (`pages.shared` at /api/cache).',
  photographs: 'npm run photos -- show PRODUCT tells what a photograph waits for, the log of the media worker why.',
  files: 'They are those of another release, or ASSETS_DIR is not the one that web processes and edge share.',
}

function dataOf({ layer, origin, first, now, excused }: LayerReport) {
  return { layer, origin, first: ratioOf(first), ratio: ratioOf(now), asked: now.asked, hits: now.hits, excused, misses: now.misses }
}
