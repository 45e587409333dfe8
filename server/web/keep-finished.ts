import { splitTags } from '../cache/as-of.ts'
import { displayPageLife } from '../cache/manifest.ts'
import { log } from '../telemetry/log.ts'
import { finishPage, leanLayout } from './finish-page.ts'
import { finishedPages } from './finished-pages.ts'
import { freshnessOf, type Kept, spreadLife } from './judge-kept.ts'

type Headers = Record<string, number | string | string[] | undefined>

/** As Next gives it to its cache handler, and gets it back; of pages only what is used here. */
type Entry = {
  readonly value: { readonly kind: string; readonly headers?: Headers } | null
  readonly lastModified?: number | undefined
  readonly cacheControl?: { readonly revalidate: number | false; readonly expire?: number | undefined } | undefined
}

type Page = {
  readonly kind: 'APP_PAGE'
  readonly html: string
  readonly postponed?: unknown
  readonly status?: number
  readonly headers?: Headers
  /** The tree in pieces, for prefetches, by the path of the segment. */
  readonly segmentData?: ReadonlyMap<string, Buffer>
}

/** Marks a page that has its final form. Sent along, so that anybody can see it. */
export const FINISHED = 'x-finished'

/** What a page for everybody is answered with. */
const WHOLE = [200, 410]

const TAGS = 'x-next-cache-tags'

/** Never sent: they are between Next and its cache. */
const INTERNAL = new Set([TAGS])

/** Behind this Next keeps the path of a page in the key of its entry. */
const PATH_MARKER = '/$/'

/**
 * What Next keeps, as it is given out: a page is finished if it is not yet, with its bytes kept ready, and what carries tags is judged by the
 * feed of what was told. What is stale is said to be just so old that Next sends it once more and renders it behind that.
 */
export function keepFinished<T extends Entry>(key: string, entry: T, sheets: readonly string[]): T {
  const value = finished(entry.value, sheets)
  const kept = describeKept(key, entry, value?.headers)
  if (isStaticPage(value)) keepBytes(key, value, kept)
  const given = value === entry.value ? entry : { ...entry, value }
  // What is made of nothing that changes, such as the shell of a page about one shopper, is Next's own business.
  if (kept.tags.length === 0) return given
  const { renderedAtMs, revalidateSeconds, expireSeconds } = kept
  const nowMs = Date.now()
  const isStale = freshnessOf(kept, nowMs) === 'stale'
  const lastModified = isStale ? Math.min(renderedAtMs, nowMs - revalidateSeconds * 1000 - 1) : renderedAtMs
  return { ...given, lastModified, cacheControl: { revalidate: revalidateSeconds, expire: expireSeconds } }
}

function describeKept(key: string, { lastModified = Date.now(), cacheControl }: Entry, headers: Headers | undefined): Kept {
  // Next has no lifetime beside a page of the build: it is what all of ours are given.
  const { revalidate, expire } = cacheControl ?? displayPageLife
  return {
    ...splitTags(tagsOf(headers)),
    renderedAtMs: lastModified,
    revalidateSeconds: revalidate === false ? Number.POSITIVE_INFINITY : spreadLife(revalidate, key),
    expireSeconds: expire ?? Number.POSITIVE_INFINITY,
  }
}

/** What an edge can be told to drop it by. */
function forEdge(headers: Headers | undefined): { readonly 'cache-tag'?: string } {
  const { tags } = splitTags(tagsOf(headers))
  return tags.length === 0 ? {} : { 'cache-tag': tags.join(',') }
}

/** Each route has tags of the framework's own, by which nothing is ever told here. */
function tagsOf(headers: Headers | undefined): string[] {
  const carried = headers?.[TAGS]
  return typeof carried === 'string' ? carried.split(',').filter((tag) => !tag.startsWith('_N_T_')) : []
}

function keepBytes(key: string, page: Page, kept: Kept): void {
  const path = pathOf(key)
  if (path === null || finishedPages().find(path)?.renderedAtMs === kept.renderedAtMs) return
  const headers = Object.entries(page.headers ?? {}).flatMap(([name, text]) =>
    text === undefined || INTERNAL.has(name) ? [] : [[name, Array.isArray(text) ? text.join(', ') : String(text)] as const],
  )
  finishedPages()
    .keep(path, { ...kept, html: page.html, headers: Object.fromEntries(headers), status: page.status ?? 200 })
    .catch((error: unknown) => log.error({ err: error, path }, 'a finished page could not be kept'))
}

/** Resolves once the bytes of the page, if it is being finished, are ready. */
export async function untilKept(key: string): Promise<void> {
  const path = pathOf(key)
  if (path !== null) await finishedPages().settled(path)
}

/** By the page as it was before. Pages of the build are asked for again and again, and their parts with them. */
const made = new WeakMap<object, object>()

/**
 * A static page in its final form, made once, and the answer of a route with its tags for an edge; anything else as it is. `sheets`: hashes of
 * what a soft step may put into it.
 */
export function finished<T extends Entry['value']>(value: T, sheets: readonly string[]): T {
  if (value?.kind === 'APP_ROUTE') return { ...value, headers: { ...value.headers, ...forEdge(value.headers) } }
  if (!isStaticPage(value) || value.headers?.[FINISHED]) return value
  const final = (made.get(value) as typeof value | undefined) ?? { ...value, ...finish(value, sheets) }
  made.set(value, final)
  return final
}

/** What a path leads to no more. */
export function forgetFinished(key: string): void {
  const path = pathOf(key)
  if (path !== null) finishedPages().drop(path)
}

/** A whole page for everybody: one that waits for a request has something postponed. */
function isStaticPage(value: Entry['value']): value is Page {
  if (value?.kind !== 'APP_PAGE') return false
  const { html, postponed, status = 200 } = value as Page
  return typeof html === 'string' && postponed === undefined && WHOLE.includes(status)
}

function finish(page: Page, sheets: readonly string[]): Page {
  const { html, policy, preloads, status } = finishPage(page.html, { styles: sheets })
  const known = [page.headers?.link ?? []].flat().join(', ')
  const link = known.includes('as=image') ? known : [known, preloads].filter(Boolean).join(', ')
  const headers = { ...page.headers, 'content-security-policy': policy, ...(link && { link }), [FINISHED]: '1', ...forEdge(page.headers) }
  return { ...page, html, status, headers, ...(page.segmentData && { segmentData: leanSegments(page.segmentData, html) }) }
}

/** Pieces that are no page, and not the whole, are layouts. */
const NO_LAYOUT = /^\/_|__PAGE__$/

function leanSegments(segments: ReadonlyMap<string, Buffer>, html: string): Map<string, Buffer> {
  return new Map(
    [...segments].map(([name, piece]) => [name, NO_LAYOUT.test(name) ? piece : Buffer.from(leanLayout(piece.toString(), html))]),
  )
}

function pathOf(key: string): string | null {
  const at = key.indexOf(PATH_MARKER)
  const path = at === -1 ? key : key.slice(at + PATH_MARKER.length - 1)
  if (path.startsWith('/_')) return null
  return path === '/index' ? '/' : path
}
