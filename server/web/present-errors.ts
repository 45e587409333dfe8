import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import { env } from '../env.ts'
import { PRESENTABLE, problemHtml } from './problem-page.ts'

/**
 * Next answers what is not found while a page is rendered, what fails there, and a form that it does not know with an empty document or a
 * line of text: without JavaScript nobody could read it (Next 16.4). Here such an answer to a browser that asks for a page gets a whole one
 * instead, with the same status.
 */
export function presentErrors(request: IncomingMessage, response: ServerResponse): void {
  const { rsc, 'next-action': action, accept = '*/*' } = request.headers
  const isForPeople = !rsc && !action && /text\/html|\*\/\*/.test(accept)
  const original = { writeHead: response.writeHead, write: response.write, end: response.end }
  let page: string | null = null

  response.writeHead = ((status: number, ...rest: unknown[]) => {
    page = isForPeople ? pageInstead(status, response) : null
    response.removeHeader(PRESENTABLE)
    if (page === null) return original.writeHead.apply(response, [status, ...rest] as Parameters<typeof response.writeHead>)
    for (const name of ['content-encoding', 'content-length', 'etag', 'last-modified']) response.removeHeader(name)
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.setHeader('cache-control', 'no-store')
    return original.writeHead.call(response, status)
  }) as typeof response.writeHead

  response.write = ((...chunk: Parameters<typeof response.write>) => {
    if (!response.headersSent) response.writeHead(response.statusCode)
    return page === null ? original.write.apply(response, chunk) : true
  }) as typeof response.write

  response.end = ((...chunk: Parameters<typeof response.end>) => {
    if (!response.headersSent) response.writeHead(response.statusCode)
    if (page === null) return original.end.apply(response, chunk)
    return original.end.call(response, request.method === 'HEAD' ? '' : page, 'utf8')
  }) as typeof response.end
}

/** The page to send in the place of Next's answer; null for an answer that somebody can read. */
function pageInstead(status: number, response: ServerResponse): string | null {
  if (status < 400 || response.hasHeader(PRESENTABLE)) return null
  const type = String(response.getHeader('content-type') ?? '')
  if (status === 404) return type.startsWith('text/html') ? notFoundPage() : null
  if (type !== '' && !/^text\/(html|plain)/.test(type)) return null
  return status < 500
    ? problemHtml('We could not read that', 'Perhaps the page you sent this from is from before our last update. Nothing was changed.')
    : problemHtml(
        'Something went wrong on our side',
        'Please try again in a moment. If you were placing an order, trying again is safe: it is never placed or charged twice.',
      )
}

let notFound: string | undefined

/** The page that the build has made for addresses that lead nowhere. */
function notFoundPage(): string {
  notFound ??= readFileSync(path.join(process.cwd(), env().NEXT_DIST_DIR, 'server/app/_not-found.html'), 'utf8')
  return notFound
}
