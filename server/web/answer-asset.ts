import { constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { env } from '../env.ts'
import { matches } from './answer-finished.ts'
import { chooseEncoding } from './choose-encoding.ts'
import type { Encoding } from './kept-pages.ts'
import { NO_PAGE_POLICY } from './policy.ts'

/** As builds name their files: nothing hidden, nothing that leads up, nothing that would have to be decoded. */
const ASSET = /^\/(_next\/static(?:\/[\w~-][\w.~-]*)+)(?:$|\?)/

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.ico': 'image/x-icon',
}

const SUFFIXES: Readonly<Record<Encoding, string>> = { br: '.br', gzip: '.gz', identity: '' }

/**
 * Answers for scripts, styles and fonts that are kept (`scripts/stack/keep-assets.ts`), of this release and of those before, compressed once
 * and for all. Resolves to whether it did: what is not kept is left to Next, which has its own build's, and says 404 to everything else.
 */
export async function answerAsset(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const { method, url = '', headers } = request
  const { ASSETS_DIR: folder } = env()
  const asset = method === 'GET' || method === 'HEAD' ? ASSET.exec(url)?.[1] : undefined
  const type = asset && CONTENT_TYPES[path.extname(asset)]
  if (!folder || !type) return false

  const chosen = chooseEncoding(headers['accept-encoding'] as string | undefined)
  const encoded = chosen === 'identity' ? null : await openFile(folder, asset + SUFFIXES[chosen])
  const file = encoded ?? (await openFile(folder, asset))
  if (!file) return false
  try {
    const etag = `"${file.changedAt.toString(16)}-${file.size.toString(16)}"` // as nginx has it, which may send the same files
    response.setHeader('content-security-policy', NO_PAGE_POLICY)
    response.setHeader('cache-control', 'public, max-age=31536000, immutable')
    response.setHeader('vary', 'Accept-Encoding')
    response.setHeader('etag', etag)
    if (headers['if-none-match'] !== undefined && matches(headers['if-none-match'], etag)) {
      response.writeHead(304).end()
      return true
    }
    if (encoded) response.setHeader('content-encoding', chosen)
    response.writeHead(200, { 'content-type': type, 'content-length': file.size })
    if (method === 'HEAD') response.end()
    // Who asked may go away in the middle, which is nobody's mistake; nothing can be said any more of a disk that fails there.
    else await pipeline(file.handle.createReadStream({ autoClose: false }), response).catch(() => response.destroy())
    return true
  } finally {
    await file.handle.close()
  }
}

type OpenFile = { readonly handle: FileHandle; readonly size: number; readonly changedAt: number }

/** A file with something in it, which is where its path says: what a link leads to is not ours to give. Null for anything else. */
async function openFile(folder: string, asset: string): Promise<OpenFile | null> {
  let handle: FileHandle | undefined
  try {
    const file = path.join(await realpath(folder), asset)
    if ((await realpath(file)) !== file) return null
    handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const stats = await handle.stat()
    if (stats.isFile() && stats.size > 0) return { handle, size: stats.size, changedAt: Math.floor(stats.mtimeMs / 1000) }
  } catch {
    // Not there, or nothing that can be read.
  }
  await handle?.close()
  return null
}
