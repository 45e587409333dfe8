import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { isNewer, type Kept } from './judge-kept.ts'

export const ENCODINGS = ['br', 'gzip', 'identity'] as const
export type Encoding = (typeof ENCODINGS)[number]

export type Body = { readonly bytes: Buffer; readonly etag: string }

export type FinishedPage = Kept & {
  readonly bodies: Readonly<Record<Encoding, Body>>
  readonly headers: Readonly<Record<string, string>>
  readonly status: number
}

export type RenderedPage = Omit<FinishedPage, 'bodies'> & { readonly html: string }

type UnderWay = { readonly page: RenderedPage; readonly kept: Promise<void> }

/** A page of ours is some 40 KB and 18 KB more in two encodings: room for about a thousand. Beyond it the one asked for longest ago goes, and Next answers for it. */
const MAX_BYTES = 64 * 1024 * 1024
const MAX_PAGES = 5000

/**
 * Measured on four pages: 9 takes seven to eleven times the processor that 6 takes, for 1 to 2 % of the bytes; 11 forty to seventy times, for 8
 * to 11 %. Pages are rendered anew when a sale changes them, which is when the processor is wanted elsewhere.
 */
const BROTLI_QUALITY = 6

const asBrotli = promisify(brotliCompress)
const asGzip = promisify(gzip)

/**
 * The finished pages of this process, as bytes that are ready to be sent, by path. Bounded in bytes and pages; a path is what Next keeps a
 * page under, so nothing that a visitor makes up is ever in here.
 */
export class FinishedPages {
  readonly #pages = new Map<string, FinishedPage>()
  readonly #maxBytes: number
  readonly #maxPages: number
  readonly #underWay = new Map<string, UnderWay>()
  #bytes = 0

  constructor({ maxBytes = MAX_BYTES, maxPages = MAX_PAGES } = {}) {
    this.#maxBytes = maxBytes
    this.#maxPages = maxPages
  }

  get size(): number {
    return this.#pages.size
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The page of a path; null when it is not here. */
  find(path: string): FinishedPage | null {
    const page = this.#pages.get(path)
    if (!page) return null
    // The last one asked for stands last.
    this.#pages.delete(path)
    this.#pages.set(path, page)
    return page
  }

  /**
   * Keeps a page once it is compressed, which happens in the thread pool, once for many calls; one of older data, or an older rendering of the
   * same, never takes the place of a newer one.
   */
  keep(path: string, page: RenderedPage): Promise<void> {
    const before = this.#underWay.get(path)
    if (before && !isNewer(page, before.page)) return before.kept
    const own: UnderWay = {
      page,
      kept: compress(page)
        .then((whole) => {
          // Not if it was dropped meanwhile, or a newer one came.
          if (this.#underWay.get(path) === own) this.#put(path, whole)
        })
        .finally(() => {
          if (this.#underWay.get(path) === own) this.#underWay.delete(path)
        }),
    }
    this.#underWay.set(path, own)
    return own.kept
  }

  /** Resolves when no page of this path is being compressed any more, whatever came of it. */
  async settled(path: string): Promise<void> {
    await this.#underWay.get(path)?.kept.catch(() => {})
  }

  #put(path: string, page: FinishedPage): void {
    const known = this.#pages.get(path)
    if (known && isNewer(known, page)) return
    this.#remove(path)
    this.#pages.set(path, page)
    this.#bytes += bytesOf(page)
    for (const [oldest, other] of this.#pages) {
      if (this.#bytes <= this.#maxBytes && this.#pages.size <= this.#maxPages) break
      this.#pages.delete(oldest)
      this.#bytes -= bytesOf(other)
    }
  }

  /** Forgets the page of a path, one that is still being compressed too. */
  drop(path: string): void {
    this.#underWay.delete(path)
    this.#remove(path)
  }

  #remove(path: string): void {
    const page = this.#pages.get(path)
    if (!page) return
    this.#pages.delete(path)
    this.#bytes -= bytesOf(page)
  }
}

async function compress({ html, ...page }: RenderedPage): Promise<FinishedPage> {
  const identity = Buffer.from(html)
  const [br, zipped] = await Promise.all([
    asBrotli(identity, {
      params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: identity.length },
    }),
    asGzip(identity, { level: 9 }),
  ])
  return { ...page, bodies: { identity: toBody(identity, 'i'), gzip: toBody(zipped, 'g'), br: toBody(br, 'b') } }
}

/** Strong, and another for each encoding: the bytes differ. */
function toBody(bytes: Buffer, encoding: string): Body {
  return { bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}-${encoding}"` }
}

function bytesOf({ bodies }: FinishedPage): number {
  return ENCODINGS.reduce((sum, encoding) => sum + bodies[encoding].bytes.length, 0)
}

/** Kept on the process: Next loads its cache handler as another copy of this module. */
const kept = globalThis as { __saledayPages?: FinishedPages }

/** Those of this process. */
export function finishedPages(): FinishedPages {
  kept.__saledayPages ??= new FinishedPages()
  return kept.__saledayPages
}
