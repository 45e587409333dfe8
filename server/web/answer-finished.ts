import type { IncomingMessage, ServerResponse } from 'node:http'
import tagsManifest from 'next/dist/server/lib/incremental-cache/tags-manifest.external.js'
import { chooseEncoding } from './choose-encoding.ts'
import { type Body, type FinishedPage, finishedPages } from './finished-pages.ts'

/** Asks for something else than the document: parts of it, or a prefetch. Next answers those. */
const NOT_THE_DOCUMENT = ['rsc', 'next-router-state-tree', 'next-router-prefetch', 'next-router-segment-prefetch']

/** As Next sends it: what it answers under the same address differs by these. */
const VARY = 'rsc, next-router-state-tree, next-router-prefetch, next-router-segment-prefetch, Accept-Encoding'

export type Finishing = {
  /** Has a page rendered anew, once for many calls. */
  readonly refresh: (path: string) => void
  /** What goes with every answer. */
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Answers from the finished pages, before Next's router does its work, and says whether it did. A page whose time is up, or of which a tag was
 * told, is sent once more and rendered behind that; one that may not be sent any more is left to Next. What stands behind a `?` is nobody's
 * business: display pages do not read it. `from` is what is said of where the page comes from: of one that was rendered for this request, that
 * it was not there.
 */
export function answerFinished(
  request: IncomingMessage,
  response: ServerResponse,
  finishing: Finishing,
  from: 'HIT' | 'MISS' = 'HIT',
): boolean {
  const path = documentPathOf(request)
  const page = path === null ? null : finishedPages().find(path)
  const nowMs = Date.now()
  const freshness = page && freshnessOf(page, nowMs)
  if (!page || path === null || freshness === 'expired') return false
  const isStale = freshness === 'stale'
  if (isStale) finishing.refresh(path)

  const { headers } = request
  const body = page.bodies[chooseEncoding(headers['accept-encoding'] as string | undefined)]
  // Together with the status, in one piece: setting each by itself costs as much as all the rest.
  const sent = [...headOf(page, body, finishing), 'cache-control', isStale ? WHILE_STALE : cacheControlOf(page, nowMs)]
  sent.push('x-nextjs-cache', isStale ? 'STALE' : from)
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

function freshnessOf({ renderedAtMs, revalidateSeconds, expireSeconds, tags }: FinishedPage, nowMs: number): 'fresh' | 'stale' | 'expired' {
  const ageMs = nowMs - renderedAtMs
  const carried = tags as string[]
  if (ageMs > expireSeconds * 1000 || tagsManifest.areTagsExpired(carried, renderedAtMs)) return 'expired'
  return ageMs > revalidateSeconds * 1000 || tagsManifest.areTagsStale(carried, renderedAtMs) ? 'stale' : 'fresh'
}

const heads = new WeakMap<Body, readonly string[]>()

/** Names and values, one after the other. The same for as long as the page is kept. */
function headOf(page: FinishedPage, body: Body, { headers }: Finishing): readonly string[] {
  const known = heads.get(body)
  if (known) return known
  const encoding = (['br', 'gzip'] as const).find((name) => page.bodies[name] === body)
  const head = [
    ...Object.entries({ ...headers, ...page.headers }).flat(),
    ...['vary', VARY, 'etag', body.etag, 'content-type', 'text/html; charset=utf-8'],
    ...(encoding ? ['content-encoding', encoding] : []),
  ]
  heads.set(body, head)
  return head
}

/** An edge asks again at once, and gets what was rendered meanwhile: an edit must not wait there for as long as a page lives. */
const WHILE_STALE = 's-maxage=1'

/** As Next says it, but with what is left of the page's life: an edge that fetches it late must not keep it beyond its end. */
function cacheControlOf({ renderedAtMs, revalidateSeconds, expireSeconds }: FinishedPage, nowMs: number): string {
  if (!Number.isFinite(revalidateSeconds)) return 's-maxage=31536000'
  const whileStale =
    Number.isFinite(expireSeconds) && expireSeconds > revalidateSeconds
      ? `, stale-while-revalidate=${expireSeconds - revalidateSeconds}`
      : ''
  const leftSeconds = Math.max(1, Math.ceil((renderedAtMs - nowMs) / 1000 + revalidateSeconds))
  return `s-maxage=${leftSeconds}${whileStale}`
}

/** As RFC 9110 has it for `If-None-Match`: any of several, weak or strong, or any at all. */
export function matches(asked: string, etag: string): boolean {
  return asked === etag || asked.trim() === '*' || asked.split(',').some((one) => one.trim().replace(/^W\//, '') === etag)
}
