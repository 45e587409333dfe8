import type { Result } from '#/domain/result.ts'
import type { Answered, Unanswered } from './ask.ts'
import { type CacheSaid, readCacheStatus } from './cache-status.ts'
import type { Question } from './question.ts'

/** What a web process of ours is called in `Cache-Status`. Whoever else speaks there stands in front of it. */
const WEB = 'saleday'

export type Layer = 'edge' | 'web'

/**
 * `hit`: it was there, whole and current, and stays for more than a moment. `passed`: it came whole from behind the layer, which had none. `unfit`:
 * what came is not what was asked for, is old, or is kept for a moment only. `refused`: to ask again would change nothing.
 */
export type Outcome = 'hit' | 'passed' | 'unfit' | 'refused'

export type Verdict = {
  readonly outcome: Outcome
  /** What it answered with; null where nothing whole came. */
  readonly status: number | null
  readonly said: string
}

const TYPES = { page: 'text/html', tree: 'text/x-component' } as const

/** What kind of address answers so; null where no cache says anything. */
export function layerOf({ headers }: Pick<Answered, 'headers'>): Layer | null {
  const said = saidOf(headers)
  if (said.some(({ cache }) => cache !== WEB)) return 'edge'
  return said.length > 0 || headers['x-nextjs-cache'] !== undefined ? 'web' : null
}

/** Whether an answer came out of the layer that was asked. Of what an edge has kept, what the web process said then is of no interest. */
export function judge({ kind }: Question, answer: Result<Answered, Unanswered>, layer: Layer): Verdict {
  if (!answer.ok) return { outcome: 'unfit', status: null, said: answer.why }
  const { status, headers, bytes } = answer.value
  if (status !== 200) return { outcome: status < 500 && status !== 429 ? 'refused' : 'unfit', status, said: statusWords(answer.value) }
  const type = headers['content-type']?.split(';')[0]?.slice(0, 60) ?? 'nothing that it names'
  if ((kind === 'page' || kind === 'tree') && type !== TYPES[kind]) return unfit(`it is ${type}, not ${TYPES[kind]}`)
  if (bytes === 0) return unfit('it is empty')
  const isForEver = /\bimmutable\b/.test(headers['cache-control'] ?? '')
  if (kind === 'photograph' && !isForEver) return unfit('it is not encoded yet: the photograph itself is sent, for a moment')
  if (layer === 'edge') return atEdge(headers)
  return kind === 'photograph' || kind === 'file' ? fromDisk(isForEver) : atWeb(headers, kind === 'tree')
}

function atEdge(headers: Answered['headers']): Verdict {
  const own = saidOf(headers).findLast(({ cache }) => cache !== WEB)
  if (!own) return passed('no cache in front of the web process says anything')
  if (!own.params.has('hit')) return passed(wordsOf(own))
  const isStale = own.params.get('detail') === 'stale' || Number(own.params.get('ttl') ?? 1) < 0
  if (isStale) return unfit(wordsOf(own))
  return lifeSeconds(headers) > 1 ? hit(wordsOf(own)) : unfit('it is kept for a second only: the web process does not call it current')
}

/**
 * What was read from elsewhere for this very question is in memory for the next one. A part of a page that is not fresh the framework answers,
 * which has a word of its own.
 */
function atWeb(headers: Answered['headers'], isTree: boolean): Verdict {
  const own = saidOf(headers).find(({ cache }) => cache === WEB)
  const word = headers['x-nextjs-cache']
  const isHit = own ? own.params.has('hit') && own.params.get('detail') === 'memory' : isTree && word === 'HIT'
  const said = own ? wordsOf(own) : word ? `the framework says ${word}` : 'no cache says anything'
  return isHit ? hit(said) : passed(said)
}

function fromDisk(isForEver: boolean): Verdict {
  return isForEver ? hit('from disk') : passed('it may not be kept')
}

const hit = (said: string): Verdict => ({ outcome: 'hit', status: 200, said })
const passed = (said: string): Verdict => ({ outcome: 'passed', status: 200, said })
const unfit = (said: string): Verdict => ({ outcome: 'unfit', status: 200, said })

/**
 * How long an edge may keep it, as the web process said to it: an edge of ours repeats that, and says something else to whoever is in front of
 * it. Where nothing says so, a hit is believed.
 */
function lifeSeconds(headers: Answered['headers']): number {
  const life =
    /\bs-maxage=(\d{1,9})/.exec(headers['x-edge-cache-control'] ?? '') ??
    /\bmax-age=(\d{1,9})/.exec(headers['cdn-cache-control'] ?? '') ??
    /\bs-maxage=(\d{1,9})/.exec(headers['cache-control'] ?? '')
  return life ? Number(life[1]) : Number.POSITIVE_INFINITY
}

function saidOf(headers: Answered['headers']): CacheSaid[] {
  return readCacheStatus(headers['cache-status'] ?? '')
}

function wordsOf({ cache, params }: CacheSaid): string {
  return [cache, ...[...params].map(([name, value]) => (value === '' ? name : `${name}=${value}`))].join('; ').slice(0, 120)
}

function statusWords({ status, headers: { location } }: Answered): string {
  return location === undefined ? `it answers ${status}` : `it answers ${status}, to ${location.slice(0, 120)}`
}
