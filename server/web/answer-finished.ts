import type { IncomingMessage, ServerResponse } from 'node:http'
import tagsManifest from 'next/dist/server/lib/incremental-cache/tags-manifest.external.js'
import { chooseEncoding } from './choose-encoding.ts'
import { type FinishedPage, finishedPages } from './finished-pages.ts'

/** Asks for something else than the document: parts of it, a prefetch, an action. Next answers those. */
const NOT_THE_DOCUMENT = ['rsc', 'next-router-state-tree', 'next-router-prefetch', 'next-router-segment-prefetch', 'next-action']

/** As Next sends it: what it answers under the same address differs by these. */
const VARY = 'rsc, next-router-state-tree, next-router-prefetch, next-router-segment-prefetch, Accept-Encoding'

/** `refresh` has a page rendered anew, once for many calls. */
export type Refresh = (path: string) => void

/**
 * Answers from the finished pages, before Next's router does its work, and says whether it did. A page whose time is up, or of which a tag was
 * told, is sent once more and rendered behind that; one that may not be sent any more is left to Next. What stands behind a `?` is nobody's
 * business: display pages do not read it.
 */
export function answerFinished(request: IncomingMessage, response: ServerResponse, refresh: Refresh): boolean {
  const { method, url = '/', headers } = request
  if ((method !== 'GET' && method !== 'HEAD') || NOT_THE_DOCUMENT.some((name) => headers[name] !== undefined)) return false
  const [path = '/', query = ''] = url.split('?', 2)
  if (/(^|&)_rsc=/.test(query)) return false
  const page = finishedPages().find(path)
  const freshness = page && freshnessOf(page, Date.now())
  if (!page || freshness === 'expired') return false
  if (freshness === 'stale') refresh(path)

  const encoding = chooseEncoding(headers['accept-encoding'])
  const { bytes, etag } = page.bodies[encoding]
  for (const [name, value] of Object.entries(page.headers)) response.setHeader(name, value)
  response.setHeader('vary', VARY)
  response.setHeader('x-nextjs-cache', freshness === 'stale' ? 'STALE' : 'HIT')
  response.setHeader('cache-control', cacheControlOf(page))
  response.setHeader('etag', etag)
  if (matches(headers['if-none-match'], etag)) {
    response.writeHead(304).end()
    return true
  }
  response.setHeader('content-type', 'text/html; charset=utf-8')
  response.setHeader('content-length', bytes.length)
  if (encoding !== 'identity') response.setHeader('content-encoding', encoding)
  response.writeHead(page.status)
  response.end(method === 'HEAD' ? undefined : bytes)
  return true
}

function freshnessOf(page: FinishedPage, nowMs: number): 'fresh' | 'stale' | 'expired' {
  const ageMs = nowMs - page.renderedAtMs
  const tags = [...page.tags]
  if (ageMs > page.expireSeconds * 1000 || tagsManifest.areTagsExpired(tags, page.renderedAtMs)) return 'expired'
  return ageMs > page.revalidateSeconds * 1000 || tagsManifest.areTagsStale(tags, page.renderedAtMs) ? 'stale' : 'fresh'
}

/** What Next would send with it. */
function cacheControlOf({ revalidateSeconds, expireSeconds }: FinishedPage): string {
  if (!Number.isFinite(revalidateSeconds)) return 's-maxage=31536000'
  const whileStale =
    Number.isFinite(expireSeconds) && expireSeconds > revalidateSeconds
      ? `, stale-while-revalidate=${expireSeconds - revalidateSeconds}`
      : ''
  return `s-maxage=${revalidateSeconds}${whileStale}`
}

/** As RFC 9110 has it for `If-None-Match`: any of several, weak or strong, or any at all. */
function matches(asked: string | undefined, etag: string): boolean {
  return asked !== undefined && (asked.trim() === '*' || asked.split(',').some((one) => one.trim().replace(/^W\//, '') === etag))
}
