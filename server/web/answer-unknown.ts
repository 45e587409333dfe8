import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Slugs } from '../catalog/read-addresses.ts'
import { log } from '../telemetry/log.ts'
import { VARY } from './answer-finished.ts'
import { chooseEncoding } from './choose-encoding.ts'
import { encodedOnce } from './kept-pages.ts'
import { readKnownSlugs } from './known-slugs.ts'
import { notFoundPage } from './present-pages.ts'
import { tagClock } from './tag-clock.ts'

/** What a product's or a list's address begins with. A slug that is spelled otherwise is the framework's business. */
const NAMED = /^\/(p|c)\/([A-Za-z0-9_-]{1,200})(?=[/?]|$)/

/** One for all: the build has made it. */
let plain: Buffer | undefined

/**
 * Answers that an address leads nowhere when its slug is no product's and no category's, and says whether it did: the framework would render a
 * page to find that out, and whoever made up addresses could have it do nothing else. Only while it is sure what was told; nothing is kept.
 */
export async function answerUnknown(
  request: IncomingMessage,
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
  readSlugs: () => Promise<Slugs> = readKnownSlugs,
): Promise<boolean> {
  const [, kind, slug = ''] = NAMED.exec(request.url ?? '') ?? []
  if (kind === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return false
  if (!tagClock().hasLease(performance.now())) return false
  const slugs = await readSlugs().catch((error: unknown) => {
    log.warn({ err: error }, 'which addresses lead somewhere is not known')
    return null
  })
  if (slugs === null || (kind === 'p' ? slugs.products : slugs.lists).includes(slug)) return false
  const encoding = chooseEncoding(request.headers['accept-encoding'] as string | undefined)
  plain ??= Buffer.from(notFoundPage().html)
  const body = (await encodedOnce(plain))[encoding]
  response.writeHead(404, {
    ...headers,
    'cache-control': 'no-store',
    'content-security-policy': notFoundPage().policy,
    'content-type': 'text/html; charset=utf-8',
    vary: VARY,
    ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
    'content-length': body.length,
  })
  response.end(request.method === 'HEAD' ? undefined : body)
  return true
}
