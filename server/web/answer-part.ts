import type { IncomingMessage, ServerResponse } from 'node:http'
import cacheBusting from 'next/dist/shared/lib/router/utils/cache-busting-search-param.js'
import { type Finishing, tagsForEdge, VARY } from './answer-finished.ts'
import { chooseEncoding } from './choose-encoding.ts'
import { edgeLife } from './edge-life.ts'
import { freshnessOf, leftSeconds } from './judge-kept.ts'
import { encodedOnce, type KeptPage, keptPages } from './kept-pages.ts'
import { NO_PAGE_POLICY } from './policy.ts'

/**
 * Answers for a part of a finished page, before Next's router does its work, and says whether it did: for the tree, of which a soft step is made,
 * and for a piece of it, which is fetched ahead. As Next does it, but compressed once, and without what a document needs of its headers. Only of
 * a page that is fresh, and only where the address names what is asked for: all else, with whatever is wrong about it, is Next's.
 */
export async function answerPart(request: IncomingMessage, response: ServerResponse, { headers, asked }: Finishing): Promise<boolean> {
  if (request.method !== 'GET' || request.headers.rsc !== '1') return false
  const { url = '/' } = request
  const [path = '', query = ''] = url.split('?', 2)
  const page = keptPages().findPage(path)
  const part = page && freshnessOf(page, Date.now()) === 'fresh' && (await isNamed(request, query)) ? partOf(page, request) : null
  if (!page || !part) return false
  asked(path, false)
  const encoding = chooseEncoding(request.headers['accept-encoding'] as string | undefined)
  const body = (await encodedOnce(part.bytes))[encoding]
  response.writeHead(200, [
    ...Object.entries({ ...headers, ...part.headers, ...tagsForEdge(page) }).flat(),
    ...['x-nextjs-cache', 'HIT', 'x-nextjs-prerender', '1', 'cache-status', 'saleday; hit; detail=memory'],
    ...['vary', VARY, 'content-type', 'text/x-component', 'content-security-policy', NO_PAGE_POLICY],
    // Judged once more: to compress it may have taken a while.
    ...edgeLife(freshnessOf(page, Date.now()) === 'fresh' ? leftSeconds(page, Date.now()) : null),
    ...(encoding === 'identity' ? [] : ['content-encoding', encoding]),
    ...['content-length', String(body.length)],
  ])
  response.end(body)
  return true
}

type Part = { readonly bytes: Buffer; readonly headers: Readonly<Record<string, string>> }

/** Null for what is not there, or is asked for in a way that is not understood here. */
function partOf({ rscData, segmentData, headers }: KeptPage, { headers: asking }: IncomingMessage): Part | null {
  const prefetch = asking['next-router-prefetch']
  const segment = asking['next-router-segment-prefetch']
  if (prefetch === undefined && segment === undefined) {
    const staleTime = headers['x-nextjs-stale-time']
    return rscData && staleTime !== undefined ? { bytes: rscData, headers: { 'x-nextjs-stale-time': staleTime } } : null
  }
  const bytes = prefetch === '1' && typeof segment === 'string' ? segmentData?.get(segment) : undefined
  return bytes ? { bytes, headers: { 'x-nextjs-postponed': '2' } } : null
}

/** Whether the address carries the hash of what its headers ask for, so that nobody who keeps it by its address mixes one with another. */
async function isNamed({ headers }: IncomingMessage, query: string): Promise<boolean> {
  const words = ['next-router-prefetch', 'next-router-segment-prefetch', 'next-router-state-tree', 'next-url'].map((name) => headers[name])
  const [prefetch, segment, tree, from] = words as (string | undefined)[]
  const named = await cacheBusting.computeCacheBustingSearchParam(prefetch as '1' | undefined, segment, tree, from)
  return new URLSearchParams(query).get('_rsc') === named
}
