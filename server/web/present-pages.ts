import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { log } from '../telemetry/log.ts'
import { answerFinished, type Finishing } from './answer-finished.ts'
import { chooseEncoding } from './choose-encoding.ts'
import { edgeLife } from './edge-life.ts'
import { finishPage, type PageStatus } from './finish-page.ts'
import { inBuild } from './in-build.ts'
import { freshnessOf } from './judge-kept.ts'
import { FINISHED } from './kept-entry.ts'
import { keptPages } from './kept-pages.ts'
import { NO_PAGE_POLICY, type PageSources } from './policy.ts'
import { brokenHtml, PRESENTABLE, PROBLEM_POLICY, problemHtml } from './problem-page.ts'

const asBrotli = promisify(brotliCompress)
const asGzip = promisify(gzip)

/** For pages that are sent once. Measured on a page of 41 KB: brotli 4 takes 1.5 ms, gzip 5 takes 0.4 ms, both for 9,600 bytes. */
const BROTLI_QUALITY = 4
const GZIP_LEVEL = 5

/** No document comes from here but an error, which is replaced. */
const NO_PAGES = /^\/(_next|media|api)\//

type Page = { readonly html: string; readonly policy: string; readonly status?: PageStatus }

export type Presenting = {
  readonly finishing: Finishing
  /** What the page may have from other origins. */
  readonly elsewhere: PageSources
}

/**
 * Sees every document that Next sends on its way out. It is compressed here, and one that is rendered for this request gets its final form.
 * Next answers what is not found while a page is rendered, what fails there, and a form that it does not know with an empty document or a line
 * of text, which nobody could read without JavaScript (Next 16.4): such an answer gets a whole page instead, with the same status. Documents
 * are held until they are whole: none of ours comes in parts that a browser could begin with.
 */
export function presentPages(request: IncomingMessage, response: ServerResponse, { finishing, elsewhere }: Presenting): void {
  const { rsc, 'next-action': action, accept = '*/*', 'accept-encoding': encodings } = request.headers
  boundEdgeLife(request, response, finishing)
  if (rsc || (action && request.method === 'POST')) {
    response.setHeader('content-security-policy', NO_PAGE_POLICY)
    return
  }
  // What is answered with a page is decided by the answer: it is kept for everybody, whatever the first who asks says that he takes.
  const isForReaders = /text\/html|\*\/\*/.test(accept)
  if (!NO_PAGES.test(request.url ?? '')) delete request.headers['accept-encoding'] // what Next compresses could not be finished
  const { writeHead, flushHeaders, write, end } = response
  let page: Page | null = null
  let held: Buffer[] | null = null
  let isEnded = false

  const begin = () => {
    if (response.headersSent || held !== null) return
    response.writeHead(response.statusCode)
  }

  response.writeHead = ((status: number, ...rest: unknown[]) => {
    if (held !== null) return response
    page = isForReaders ? pageInstead(status, response) : null
    if (page !== null || (isDocument(response) && !response.hasHeader(PRESENTABLE))) {
      response.statusCode = status
      held = []
      return response
    }
    response.removeHeader(PRESENTABLE)
    if (!response.hasHeader('content-security-policy')) response.setHeader('content-security-policy', NO_PAGE_POLICY)
    return writeHead.apply(response, [status, ...rest] as Parameters<typeof writeHead>)
  }) as typeof writeHead

  response.flushHeaders = () => {
    begin()
    if (held === null) flushHeaders.call(response)
  }

  response.write = ((...chunk: Parameters<typeof write>) => {
    begin()
    if (held === null) return write.apply(response, chunk)
    held.push(toBuffer(chunk))
    return true
  }) as typeof write

  response.end = ((...chunk: Parameters<typeof end>) => {
    begin()
    if (held === null) return end.apply(response, chunk)
    if (isEnded) return response
    isEnded = true
    if (chunk[0] && typeof chunk[0] !== 'function') held.push(toBuffer(chunk))
    // Of all who have waited for a page to be found or rendered, each gets the bytes that were made of it once.
    if (mayBeKept(response)) {
      Object.assign(response, { writeHead, flushHeaders, write, end })
      if (encodings !== undefined) request.headers['accept-encoding'] = encodings
      if (answerFinished(request, response, finishing, response.getHeader('x-nextjs-cache') === 'MISS' ? 'render' : 'found'))
        return response
    }
    const { html, policy, status = 200 } = page ?? finishedOnce(Buffer.concat(held).toString(), response, elsewhere)
    if (page === null && response.statusCode === 200) response.statusCode = status // what a page says of itself
    for (const name of ['content-length', 'content-encoding', 'etag', 'last-modified']) response.removeHeader(name)
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.setHeader('content-security-policy', policy)
    if (page !== null) response.setHeader('cache-control', 'no-store')
    const encoding = chooseEncoding(encodings)
    compress(html, encoding)
      .then((bytes) => {
        if (encoding !== 'identity') response.setHeader('content-encoding', encoding)
        if (request.method !== 'HEAD') response.setHeader('content-length', bytes.length)
        writeHead.call(response, response.statusCode)
        end.call(response, request.method === 'HEAD' ? '' : bytes, 'utf8')
      })
      .catch((error: unknown) => {
        log.error({ err: error }, 'a page could not be sent')
        response.destroy()
      })
    return response
  }) as typeof end
}

/**
 * Next lets an edge keep what it keeps itself for as long as it lives, and is not told which pages are old. What Next has from its cache an edge
 * may keep for what is left of that, within our bound: a part of a page only while that page is fresh, with the page's tags, by which the edge
 * is told to drop it. All else that Next keeps, and any error, such as for a part that a page does not have, an edge asks for again at once.
 * An answer that Next does not keep is left as it is.
 */
function boundEdgeLife(request: IncomingMessage, response: ServerResponse, finishing: Finishing): void {
  const { writeHead } = response
  const path = request.url?.split('?', 1)[0] ?? ''
  const stood = keptPages().findPage(path)
  // Whoever finds it old while he looks for its parts says so himself.
  if (stood) finishing.asked(path, false)
  response.writeHead = ((...args: Parameters<typeof writeHead>) => {
    const from = response.getHeader('x-nextjs-cache')
    const seconds = from && /s-maxage=(\d+)/.exec(String(response.getHeader('cache-control') ?? ''))?.[1]
    if (seconds) {
      const page = keptPages().findPage(path)
      // What has been rendered meanwhile says nothing of what is sent.
      const isJudged = page === stood && (page === null || freshnessOf(page, Date.now()) === 'fresh')
      const isFresh = from === 'HIT' && args[0] < 400 && isJudged
      const [name, life, forCdn, lifeForCdn] = edgeLife(isFresh ? Number(seconds) : null)
      response.setHeader(name, life).setHeader(forCdn, lifeForCdn)
      const pageTags = page?.headers['cache-tag']
      if (pageTags !== undefined && !response.hasHeader('cache-tag')) response.setHeader('cache-tag', pageTags)
    }
    return writeHead.apply(response, args)
  }) as typeof writeHead
}

/** Next has it from its cache, or has rendered it for everybody and given it to its cache, before it sends it. */
function mayBeKept(response: ServerResponse): boolean {
  return response.hasHeader('x-nextjs-cache') && isDocument(response)
}

async function compress(html: string, encoding: ReturnType<typeof chooseEncoding>): Promise<Buffer> {
  const bytes = Buffer.from(html)
  if (encoding === 'br') return asBrotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } })
  return encoding === 'gzip' ? asGzip(bytes, { level: GZIP_LEVEL }) : bytes
}

/** One that comes finished out of Next's cache has its policy already. */
function finishedOnce(html: string, response: ServerResponse, elsewhere: PageSources): Page {
  const policy = response.getHeader('content-security-policy')
  return response.hasHeader(FINISHED) && typeof policy === 'string' ? { html, policy } : finishPage(html, elsewhere)
}

function isDocument(response: ServerResponse): boolean {
  return String(response.getHeader('content-type') ?? '').startsWith('text/html')
}

function toBuffer([chunk, encoding]: readonly unknown[]): Buffer {
  if (typeof chunk !== 'string') return Buffer.from(chunk as Uint8Array)
  return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
}

/** The page to send in the place of Next's answer; null for an answer that somebody can read. */
function pageInstead(status: number, response: ServerResponse): Page | null {
  if (status < 400 || response.hasHeader(PRESENTABLE) || response.hasHeader(FINISHED)) return null
  const type = String(response.getHeader('content-type') ?? '')
  if (status === 404) return isDocument(response) ? notFoundPage() : null
  if (type !== '' && !/^text\/(html|plain)/.test(type)) return null
  const html =
    status < 500
      ? problemHtml('We could not read that', 'Perhaps the page you sent this from is from before our last update. Nothing was changed.')
      : brokenHtml()
  return { html, policy: PROBLEM_POLICY }
}

let notFound: Page | undefined

/** The page that the build has made for addresses that lead nowhere. */
export function notFoundPage(): Page {
  notFound ??= finishPage(readFileSync(inBuild('server/app/_not-found.html'), 'utf8'))
  return notFound
}
