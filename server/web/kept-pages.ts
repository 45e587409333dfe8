import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { isNewer, type Kept } from './judge-kept.ts'

export const ENCODINGS = ['br', 'gzip', 'identity'] as const
export type Encoding = (typeof ENCODINGS)[number]

export type Body = { readonly bytes: Buffer; readonly etag: string }

/** What the framework is asked for beside the document: the tree of a page, and pieces of it for prefetches by the path of the segment. */
export type Parts = { readonly rscData?: Buffer | undefined; readonly segmentData?: ReadonlyMap<string, Buffer> | undefined }

/** Where a page that is kept was found. */
export type Origin = 'render' | 'shared' | 'build'

export type KeptPage = Kept &
  Parts & {
    readonly kind: 'page'
    readonly from: Origin
    readonly bodies: Readonly<Record<Encoding, Body>>
    readonly headers: Readonly<Record<string, string>>
    readonly status: number
  }

export type RenderedPage = Omit<KeptPage, 'bodies'> & { readonly html: string }

/** What stays of a page that was there and is not found any more, so that no older copy of it comes back. */
export type GonePage = Kept & { readonly kind: 'gone' }

/** What the framework keeps beside whole pages: shells of pages about one shopper, and answers of routes. As it gave it. */
export type OtherEntry = Kept & {
  readonly kind: 'other'
  readonly value: object
  readonly size: number
  readonly cacheControl: { readonly revalidate: number | false; readonly expire?: number | undefined } | undefined
}

export type KeptEntry = KeptPage | GonePage | OtherEntry

type UnderWay = { readonly page: RenderedPage; readonly kept: Promise<KeptEntry> }

/**
 * A page of ours is some 40 KB, 18 KB more in two encodings, and about as much again in parts: room for about a thousand. Beyond it the one
 * asked for longest ago goes.
 */
const MAX_BYTES = 96 * 1024 * 1024
const MAX_ENTRIES = 5000

/** Parts are kept in two encodings as well, once somebody has asked for them. A generous guess of what that adds. */
const ENCODED_SHARE = 0.5

/** Of what has no bytes to speak of. */
const LEAST_BYTES = 256

/**
 * Measured on four pages: 9 takes seven to eleven times the processor that 6 takes, for 1 to 2 % of the bytes; 11 forty to seventy times, for 8
 * to 11 %. Pages are rendered anew when a sale changes them, which is when the processor is wanted elsewhere.
 */
const BROTLI_QUALITY = 6

const asBrotli = promisify(brotliCompress)
const asGzip = promisify(gzip)

/**
 * The only memory that a process has of its pages: their documents, as bytes that are ready to be sent, and what the framework is asked for
 * beside them. By path; what is no whole page is kept under the framework's own key. Bounded in bytes and entries. A path is what Next keeps a
 * page under, so nothing that a visitor makes up is ever in here.
 */
export class KeptPages {
  readonly #entries = new Map<string, KeptEntry>()
  readonly #maxBytes: number
  readonly #maxEntries: number
  readonly #underWay = new Map<string, UnderWay>()
  #bytes = 0

  constructor({ maxBytes = MAX_BYTES, maxEntries = MAX_ENTRIES } = {}) {
    this.#maxBytes = maxBytes
    this.#maxEntries = maxEntries
  }

  get size(): number {
    return this.#entries.size
  }

  get bytes(): number {
    return this.#bytes
  }

  /** What is kept under a name, for somebody who does not ask for it on behalf of a visitor. */
  peek(name: string): KeptEntry | null {
    return this.#entries.get(name) ?? null
  }

  /** What is kept under a name; null when nothing is. */
  find(name: string): KeptEntry | null {
    const entry = this.#entries.get(name)
    if (!entry) return null
    // The last one asked for stands last.
    this.#entries.delete(name)
    this.#entries.set(name, entry)
    return entry
  }

  /** The page of a path; null when there is none here. */
  findPage(path: string): KeptPage | null {
    const entry = this.find(path)
    return entry?.kind === 'page' ? entry : null
  }

  /**
   * Keeps a page once it is compressed, which happens in the thread pool, once for many calls; one of older data, or an older rendering of the
   * same, never takes the place of a newer one. Resolves with what stands by then.
   */
  keep(path: string, page: RenderedPage): Promise<KeptEntry> {
    const before = this.#underWay.get(path)
    if (before && !isNewer(page, before.page)) return before.kept
    const own: UnderWay = {
      page,
      kept: compress(page)
        .then((whole) => this.put(path, whole))
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

  /** Keeps what is ready to be kept, unless something newer stands there. Returns what stands by then. */
  put(name: string, entry: KeptEntry): KeptEntry {
    const known = this.#entries.get(name)
    if (known && isNewer(known, entry)) return known
    this.drop(name)
    this.#entries.set(name, entry)
    this.#bytes += bytesOf(entry)
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes && this.#entries.size <= this.#maxEntries) break
      this.drop(oldest)
    }
    return entry
  }

  drop(name: string): void {
    const entry = this.#entries.get(name)
    if (!entry) return
    this.#entries.delete(name)
    this.#bytes -= bytesOf(entry)
  }

  /** Every page, the one asked for last at first. */
  pages(): (readonly [path: string, page: KeptPage])[] {
    return [...this.#entries].reverse().flatMap(([path, entry]) => (entry.kind === 'page' ? [[path, entry] as const] : []))
  }
}

async function compress({ html, ...page }: RenderedPage): Promise<KeptPage> {
  return { ...page, bodies: toBodies(await encode(Buffer.from(html))) }
}

/** In the thread pool. */
export async function encode(identity: Buffer): Promise<Readonly<Record<Encoding, Buffer>>> {
  const [br, zipped] = await Promise.all([
    asBrotli(identity, {
      params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: identity.length },
    }),
    asGzip(identity, { level: 9 }),
  ])
  return { identity, gzip: zipped, br }
}

/** For as long as the bytes are kept. */
const known = new WeakMap<Buffer, Promise<Readonly<Record<Encoding, Buffer>>>>()

/** The same, once for all who ask; one that failed is tried again. */
export function encodedOnce(bytes: Buffer): Promise<Readonly<Record<Encoding, Buffer>>> {
  const found = known.get(bytes)
  if (found) return found
  const made = encode(bytes).catch((error: unknown) => {
    known.delete(bytes)
    throw error
  })
  known.set(bytes, made)
  return made
}

export function toBodies(bytes: Readonly<Record<Encoding, Buffer>>): KeptPage['bodies'] {
  return { identity: toBody(bytes.identity, 'i'), gzip: toBody(bytes.gzip, 'g'), br: toBody(bytes.br, 'b') }
}

/** Strong, and another for each encoding: the bytes differ. */
function toBody(bytes: Buffer, encoding: string): Body {
  return { bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}-${encoding}"` }
}

function bytesOf(entry: KeptEntry): number {
  if (entry.kind === 'other') return LEAST_BYTES + entry.size
  if (entry.kind === 'gone') return LEAST_BYTES
  const parts = [...(entry.rscData ? [entry.rscData] : []), ...(entry.segmentData?.values() ?? [])]
  const bodies = ENCODINGS.map((encoding) => entry.bodies[encoding].bytes)
  return LEAST_BYTES + sum(bodies) + Math.ceil(sum(parts) * (1 + ENCODED_SHARE))
}

function sum(buffers: readonly Buffer[]): number {
  return buffers.reduce((bytes, { length }) => bytes + length, 0)
}

/** Kept on the process: Next loads its cache handler as another copy of this module. */
const kept = globalThis as { __saledayPages?: KeptPages }

/** Those of this process. */
export function keptPages(): KeptPages {
  kept.__saledayPages ??= new KeptPages()
  return kept.__saledayPages
}
