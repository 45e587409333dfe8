import type { Result } from '#/domain/result.ts'
import type { Answered, Unanswered } from './ask.ts'
import { type CacheSaid, readCacheStatus } from './cache-status.ts'
import type { Question } from './question.ts'

/** What a web process of ours is called in `Cache-Status`. Whoever else speaks there stands in front of it. */
const WEB = 'saleday'

export type Layer = 'edge' | 'web'

export type Verdict = {
  /** It was there, whole and current: nobody behind the layer was asked. */
  readonly isHit: boolean
  /** To ask again would change nothing: it is kept for longer than a moment, or is not there at all. */
  readonly isSettled: boolean
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
  if (!answer.ok) return { ...miss(answer.why), status: null }
  const { status, headers, bytes } = answer.value
  if (status !== 200) return { ...miss(statusWords(answer.value)), status, isSettled: status < 500 && status !== 429 }
  const type = headers['content-type']?.split(';')[0]?.slice(0, 60) ?? 'nothing that it names'
  if ((kind === 'page' || kind === 'tree') && type !== TYPES[kind]) return miss(`it is ${type}, not ${TYPES[kind]}`)
  if (bytes === 0) return miss('it is empty')
  const isForEver = /\bimmutable\b/.test(headers['cache-control'] ?? '')
  if (kind === 'photograph' && !isForEver) return miss('it is not encoded yet: the photograph itself is sent, for a moment')
  if (layer === 'edge') return atEdge(headers)
  return kind === 'photograph' || kind === 'file' ? fromDisk(isForEver) : atWeb(headers, kind === 'tree')
}

function atEdge(headers: Answered['headers']): Verdict {
  const own = saidOf(headers).findLast(({ cache }) => cache !== WEB)
  if (!own) return miss('no cache in front of the web process says anything')
  const isStale = own.params.get('detail') === 'stale' || Number(own.params.get('ttl') ?? 1) < 0
  const isHit = own.params.has('hit') && !isStale
  return { isHit, isSettled: isHit && lifeSeconds(headers) > 1, status: 200, said: wordsOf(own) }
}

/** A part of a page that is not fresh the framework answers, which has a word of its own. */
function atWeb(headers: Answered['headers'], isTree: boolean): Verdict {
  const own = saidOf(headers).find(({ cache }) => cache === WEB)
  const word = headers['x-nextjs-cache']
  const isHit = own ? own.params.has('hit') : isTree && word === 'HIT'
  return { isHit, isSettled: isHit, status: 200, said: own ? wordsOf(own) : word ? `the framework says ${word}` : 'no cache says anything' }
}

function fromDisk(isForEver: boolean): Verdict {
  return { isHit: isForEver, isSettled: isForEver, status: 200, said: isForEver ? 'from disk' : 'it may not be kept' }
}

function miss(said: string): Verdict {
  return { isHit: false, isSettled: false, status: 200, said }
}

/** How long an edge may keep it, as the web process said to it. Where nothing says so, a hit is believed. */
function lifeSeconds(headers: Answered['headers']): number {
  const life = /\bmax-age=(\d{1,9})/.exec(headers['cdn-cache-control'] ?? '') ?? /\bs-maxage=(\d{1,9})/.exec(headers['cache-control'] ?? '')
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
