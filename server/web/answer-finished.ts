import type { IncomingMessage, ServerResponse } from 'node:http'
import { asOfTag } from '../cache/as-of.ts'
import { counts } from '../cache/counts.ts'
import { chooseEncoding } from './choose-encoding.ts'
import { edgeLife } from './edge-life.ts'
import { freshnessOf, leftSeconds } from './judge-kept.ts'
import { type Body, type KeptPage, keptPages, type Origin } from './kept-pages.ts'

/** Asks for something else than the document: parts of it, or a prefetch. Next answers those. */
const NOT_THE_DOCUMENT = ['rsc', 'next-router-state-tree', 'next-router-prefetch', 'next-router-segment-prefetch']

/** As Next sends it: what it answers under the same address differs by these. */
export const VARY = 'rsc, next-router-state-tree, next-router-prefetch, next-router-segment-prefetch, Accept-Encoding'

export type Finishing = {
  /** Hears of every page that somebody is sent; of one that is stale, so that it is rendered anew. */
  readonly asked: (path: string, isStale: boolean) => void
  /** What goes with every answer. */
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Answers from the finished pages, before Next's router does its work, and says whether it did. A page whose time is up, or of which a tag was
 * told, is sent once more and rendered behind that; one that may not be sent any more is left to Next. What stands behind a `?` is nobody's
 * business: display pages do not read it. `came` is how the page comes to be here: it was, or it was found elsewhere or rendered for this request.
 */
export function answerFinished(request: IncomingMessage, response: ServerResponse, finishing: Finishing, came: Came = 'memory'): boolean {
  const path = documentPathOf(request)
  const page = path === null ? null : keptPages().findPage(path)
  const nowMs = Date.now()
  const freshness = page && freshnessOf(page, nowMs)
  if (!page || path === null || freshness === 'expired') return false
  const isStale = freshness === 'stale'
  counts()['pages.memory'][came !== 'memory' ? 'miss' : isStale ? 'stale' : 'hit'] += 1
  finishing.asked(path, isStale)

  const { headers } = request
  const body = page.bodies[chooseEncoding(headers['accept-encoding'] as string | undefined)]
  // Together with the status, in one piece: setting each by itself costs as much as all the rest.
  const sent = [
    ...headOf(page, body, finishing),
    ...edgeLife(isStale ? null : leftSeconds(page, nowMs)),
    ...STATUS[isStale ? 'stale' : came === 'found' ? page.from : came],
  ]
  if (headers['if-none-match'] !== undefined && matches(headers['if-none-match'], body.etag)) {
    response.writeHead(304, sent).end()
    return true
  }
  sent.push('content-length', String(body.bytes.length))
  response.writeHead(page.status, sent)
  response.end(request.method === 'HEAD' ? undefined : body.bytes)
  return true
}

/** The path of a request for a document; null for any other. */
function documentPathOf({ method, url = '/', headers }: IncomingMessage): string | null {
  if ((method !== 'GET' && method !== 'HEAD') || NOT_THE_DOCUMENT.some((name) => headers[name] !== undefined)) return null
  const query = url.indexOf('?')
  if (query === -1) return url
  return /[?&]_rsc=/.test(url.slice(query)) ? null : url.slice(0, query)
}

const heads = new WeakMap<Body, readonly string[]>()

/** Names and values, one after the other. The same for as long as the page is kept. */
function headOf(page: KeptPage, body: Body, { headers }: Finishing): readonly string[] {
  const known = heads.get(body)
  if (known) return known
  const encoding = (['br', 'gzip'] as const).find((name) => page.bodies[name] === body)
  const head = [
    ...Object.entries({ ...headers, ...page.headers, ...tagsForEdge(page) }).flat(),
    ...['vary', VARY, 'etag', body.etag, 'content-type', 'text/html; charset=utf-8'],
    ...(encoding ? ['content-encoding', encoding] : []),
  ]
  heads.set(body, head)
  return head
}

/** What an edge can be told to drop it by; and of which number it is, by which an edge leaves alone what is new already. */
export function tagsForEdge({ headers, asOf }: KeptPage): { readonly 'cache-tag'?: string } {
  const carried = headers['cache-tag']
  if (carried === undefined) return {}
  return { 'cache-tag': asOf === null ? carried : `${carried},${asOfTag(asOf)}` }
}

type Came = 'memory' | 'found' | 'render'

/** As RFC 9211 has it, beside the framework's own word for it. */
const STATUS = {
  memory: ['x-nextjs-cache', 'HIT', 'cache-status', 'saleday; hit; detail=memory'],
  shared: ['x-nextjs-cache', 'HIT', 'cache-status', 'saleday; hit; detail=shared'],
  build: ['x-nextjs-cache', 'HIT', 'cache-status', 'saleday; hit; detail=build'],
  stale: ['x-nextjs-cache', 'STALE', 'cache-status', 'saleday; fwd=stale'],
  render: ['x-nextjs-cache', 'MISS', 'cache-status', 'saleday; fwd=miss'],
} as const satisfies Record<Origin | 'memory' | 'stale', readonly string[]>

/** As RFC 9110 has it for `If-None-Match`: any of several, weak or strong, or any at all. */
export function matches(asked: string, etag: string): boolean {
  return asked === etag || asked.trim() === '*' || asked.split(',').some((one) => one.trim().replace(/^W\//, '') === etag)
}
