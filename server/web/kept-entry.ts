import { splitTags } from '../cache/as-of.ts'
import { displayPageLife } from '../cache/manifest.ts'
import { finishPage, leanLayout } from './finish-page.ts'
import { freshnessOf, type Kept, leftSeconds, spreadLife } from './judge-kept.ts'
import type { KeptPage, OtherEntry, Parts, RenderedPage } from './kept-pages.ts'

type Headers = Record<string, number | string | string[] | undefined>

type Life = { readonly revalidate: number | false; readonly expire?: number | undefined }

/** As Next gives it to its cache handler, and gets it back; of pages only what is used here. */
export type Entry = {
  readonly value: { readonly kind: string; readonly headers?: Headers; readonly status?: number } | null
  readonly lastModified?: number | undefined
  readonly cacheControl?: Life | undefined
}

type Page = Parts & {
  readonly kind: 'APP_PAGE'
  readonly html: string
  readonly postponed?: unknown
  readonly status?: number
  readonly headers?: Headers
}

/** Marks a page that has its final form. Sent along, so that anybody can see it. */
export const FINISHED = 'x-finished'

/** What a page for everybody is answered with. */
const WHOLE = [200, 410]

/** Never sent: it is between Next and its cache. */
const TAGS = 'x-next-cache-tags'

/** Behind this Next keeps the path of a page in the key of its entry. */
const PATH_MARKER = '/$/'

/** Old enough for Next to render a page that is due, which it says so of, and to be asked for again at once. */
const OLD_SECONDS = 1
/** What is due is sent while it is rendered, however old. */
const NEVER_SECONDS = 365 * 24 * 3600

/**
 * A whole page for everybody in its final form, as it is to be kept; null for anything else. `sheets`: hashes of what a soft step may put into
 * it.
 */
export function toRendered(key: string, entry: Entry, from: KeptPage['from'], sheets: readonly string[]): RenderedPage | null {
  const { value } = entry
  if (!isStaticPage(value)) return null
  const { html, policy, preloads, status } = finishPage(value.html, { styles: sheets })
  const known = [value.headers?.link ?? []].flat().join(', ')
  const link = known.includes('as=image') ? known : [known, preloads].filter(Boolean).join(', ')
  const kept = describeKept(key, entry)
  const headers = { ...value.headers, 'content-security-policy': policy, ...(link && { link }), [FINISHED]: '1', ...forEdge(kept.tags) }
  return {
    ...kept,
    // A build says nothing of its age where all of its files bear one date. Whatever it is, its pages are better than none.
    expireSeconds: from === 'build' ? Number.POSITIVE_INFINITY : kept.expireSeconds,
    kind: 'page',
    from,
    html,
    status,
    headers: toBeSent(headers),
    rscData: value.rscData,
    segmentData: value.segmentData && leanSegments(value.segmentData, html),
  }
}

/** A page as Next gets it back. Its document is read by those alone who are sent it by Next, so it is made of its bytes for them. */
export function toPageEntry(page: KeptPage, isDue: boolean): Entry & { readonly lastModified: number } {
  const { status, headers, rscData, segmentData } = page
  const value = {
    kind: 'APP_PAGE',
    get html() {
      return page.bodies.identity.bytes.toString()
    },
    ...{ status, headers, rscData, segmentData, postponed: undefined },
  }
  const nowMs = Date.now()
  const left = leftSeconds(page, nowMs)
  const isFresh = !isDue && freshnessOf(page, nowMs) === 'fresh'
  const revalidate = left === Number.POSITIVE_INFINITY ? (false as const) : Math.max(1, Math.ceil(left))
  return {
    value,
    lastModified: isDue ? nowMs - 2 * OLD_SECONDS * 1000 : nowMs,
    cacheControl: isFresh ? { revalidate } : { revalidate: OLD_SECONDS, expire: isDue ? NEVER_SECONDS : OLD_SECONDS },
  }
}

/** What is no whole page for everybody, as it is to be kept: a route's answer with its tags for an edge, anything else as it is. */
export function toOther(key: string, entry: Entry): OtherEntry {
  const { value, cacheControl } = entry
  const kept = describeKept(key, entry)
  const own = value?.kind === 'APP_ROUTE' ? { ...value, headers: { ...value.headers, ...forEdge(kept.tags) } } : value
  return { ...kept, kind: 'other', value: own ?? {}, size: sizeOf(own), cacheControl }
}

/**
 * The same as Next gets it back. What carries tags is judged by the feed of what was told: once stale, it is said to be just so old that Next
 * renders it anew behind what it sends.
 */
export function toOtherEntry({ value, cacheControl, ...kept }: OtherEntry): Entry & { readonly lastModified: number } {
  const { renderedAtMs, revalidateSeconds, expireSeconds } = kept
  const given = { value: value as Entry['value'], lastModified: renderedAtMs, cacheControl }
  // What is made of nothing that changes, such as the shell of a page about one shopper, is Next's own business.
  if (kept.tags.length === 0) return given
  const nowMs = Date.now()
  const isStale = freshnessOf(kept, nowMs) === 'stale'
  const lastModified = isStale ? Math.min(renderedAtMs, nowMs - revalidateSeconds * 1000 - 1) : renderedAtMs
  return { ...given, lastModified, cacheControl: { revalidate: revalidateSeconds, expire: expireSeconds } }
}

/** What says how long something may be sent, and what it was made of. */
export function describeKept(key: string, { value, lastModified = Date.now(), cacheControl }: Entry): Kept {
  // Next has no lifetime beside a page of the build: it is what all of ours are given.
  const { revalidate, expire } = cacheControl ?? displayPageLife
  return {
    ...splitTags(tagsOf(value?.headers)),
    renderedAtMs: lastModified,
    revalidateSeconds: revalidate === false ? Number.POSITIVE_INFINITY : spreadLife(revalidate, key),
    expireSeconds: expire ?? Number.POSITIVE_INFINITY,
  }
}

/** What an edge can be told to drop it by. */
function forEdge(tags: readonly string[]): { readonly 'cache-tag'?: string } {
  return tags.length === 0 ? {} : { 'cache-tag': tags.join(',') }
}

/** Each route has tags of the framework's own, by which nothing is ever told here. */
function tagsOf(headers: Headers | undefined): string[] {
  const carried = headers?.[TAGS]
  return typeof carried === 'string' ? carried.split(',').filter((tag) => !tag.startsWith('_N_T_')) : []
}

function toBeSent(headers: Headers): Record<string, string> {
  const sent = Object.entries(headers).flatMap(([name, text]) =>
    text === undefined || name === TAGS ? [] : [[name, Array.isArray(text) ? text.join(', ') : String(text)] as const],
  )
  return Object.fromEntries(sent)
}

/** A whole page for everybody: one that waits for a request has something postponed. */
function isStaticPage(value: Entry['value']): value is Page {
  if (value?.kind !== 'APP_PAGE') return false
  const { html, postponed, status = 200 } = value as Page
  return typeof html === 'string' && postponed === undefined && WHOLE.includes(status)
}

/** Of texts and bytes in it, those in maps too; about, where a text has letters beyond ASCII. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string' || Buffer.isBuffer(value)) return value.length
  if (value === null || typeof value !== 'object') return 0
  const members = value instanceof Map ? value.values() : Object.values(value)
  return [...members].reduce((sum: number, member) => sum + sizeOf(member), 0)
}

/** Pieces that are no page, and not the whole, are layouts. */
const NO_LAYOUT = /^\/_|__PAGE__$/

function leanSegments(segments: ReadonlyMap<string, Buffer>, html: string): Map<string, Buffer> {
  return new Map(
    [...segments].map(([name, piece]) => [name, NO_LAYOUT.test(name) ? piece : Buffer.from(leanLayout(piece.toString(), html))]),
  )
}

/** The path of the page that Next keeps under a key; null for a page that has no address of its own, as a shell for many has none. */
export function pathOf(key: string): string | null {
  const at = key.indexOf(PATH_MARKER)
  const path = at === -1 ? key : key.slice(at + PATH_MARKER.length - 1)
  if (path.startsWith('/_') || path.includes('[')) return null
  return path === '/index' ? '/' : path
}
