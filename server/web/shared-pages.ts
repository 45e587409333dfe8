import { randomBytes } from 'node:crypto'
import type { AsOf } from '../cache/as-of.ts'
import { counts } from '../cache/counts.ts'
import { pageKeys, pageNamespace } from '../redis/cache-keys.ts'
import type { PatientRedis } from '../redis/patient-redis.ts'
import { scripts } from '../redis/scripts.ts'
import { log } from '../telemetry/log.ts'
import { isNewer, type Kept } from './judge-kept.ts'
import type { GonePage, KeptPage } from './kept-pages.ts'
import { fromFields, toFields } from './page-fields.ts'
import { tagClock } from './tag-clock.ts'

/** Of a page that nobody has put again. */
const LIVE_SECONDS = 7 * 24 * 3600
const MOST_PAGES = 20_000
/** Half of what Redis cache has by default. */
const MOST_BYTES = 64 * 1024 * 1024
/**
 * Longer than a rendering takes. A process that died lets go of a page by it, and a page that cannot be rendered is tried no more often by the
 * whole fleet.
 */
export const LOCK_MS = 5000
const FIELDS = ['head', 'br', 'gzip', 'parts'] as const

export type SharedPage = KeptPage | GonePage

export type SharedPagesOptions = {
  /** Pages of another release are other pages. */
  readonly release: string
  /** Stands in pages. */
  readonly publicUrl: string
  readonly mostPages?: number
  readonly mostBytes?: number
}

/**
 * The pages that all web processes of one release share, in Redis cache. Nothing relies on it: what is not there, or cannot be asked for, is
 * rendered. A page that is put never takes the place of one of newer data, so it does not matter who is late.
 */
export class SharedPages {
  readonly #redis: PatientRedis
  readonly #options: SharedPagesOptions
  readonly #token = randomBytes(12).toString('hex')

  constructor(redis: PatientRedis, options: SharedPagesOptions) {
    this.#redis = redis
    this.#options = options
  }

  /** The page of a path, if it is there and newer than the one that is known. */
  async find(path: string, known: Kept | null = null): Promise<SharedPage | null> {
    const epoch = tagClock().epochToRead
    if (epoch === null) return null
    const key = this.#keysOf(epoch).page(path)
    const found = await this.#redis.ask(async (redis) => {
      const [asOf, renderedAtMs] = known ? await redis.hmget(key, 'asOf', 'renderedAtMs') : []
      const there = { asOf: { epoch, sequence: Number(asOf) }, renderedAtMs: Number(renderedAtMs) }
      if (known && (!asOf || !isLater(there, known))) return null
      return redis.hmgetBuffer(key, ...FIELDS, 'asOf')
    })
    const fields = found.ok && found.value?.some((field) => field !== null) ? found.value : null
    const page = fields && (await trust(fields, epoch))
    if (fields && !page) {
      log.error({ path }, 'what stands in redis cache is no page')
      // Else no page could ever take the place of one that says of itself that it is newer than any.
      await this.#redis.ask((redis) => redis.unlink(key))
    }
    counts()['pages.shared'][found.ok ? (page ? 'hit' : 'miss') : 'away'] += 1
    return page
  }

  /** Shares a page; not one that says nothing of when it is, or that was made in another life of the feed. */
  async put(path: string, page: SharedPage): Promise<void> {
    const keys = this.#keys()
    const { asOf, renderedAtMs } = page
    if (!keys || asOf === null || asOf.epoch !== tagClock().now.epoch) return
    const { release: _, publicUrl: __, mostPages = MOST_PAGES, mostBytes = MOST_BYTES } = this.#options
    const fields = Object.entries(await toFields(page))
    const size = fields.reduce((sum, [, value]) => sum + value.length, 0)
    const put = await this.#redis.run(
      scripts.putPage,
      [keys.page(path), keys.recent, keys.sizes],
      [asOf.sequence, renderedAtMs, LIVE_SECONDS, path, size, mostPages, mostBytes, ...fields.flat()],
    )
    if (!put.ok) {
      counts()['pages.shared'][put.code === 'CACHE_AWAY' ? 'away' : 'refused'] += 1
      return
    }
    const [, ...gone] = put.value as [number, ...string[]]
    if (gone.length > 0) await this.#redis.ask((redis) => redis.unlink(gone.map((other) => keys.page(other))))
  }

  /** Whether this process is the one to render a page now; `away` when nobody can say. */
  async lock(path: string): Promise<'ours' | 'theirs' | 'away'> {
    const keys = this.#keys()
    if (!keys) return 'away'
    const key = keys.lock(path)
    const held = await this.#redis.ask(async (redis) =>
      (await redis.set(key, this.#token, 'PX', LOCK_MS, 'NX')) === 'OK' ? this.#token : redis.get(key),
    )
    if (!held.ok) {
      counts()['pages.shared'].away += 1
      return 'away'
    }
    return held.value === this.#token ? 'ours' : 'theirs'
  }

  async unlock(path: string): Promise<void> {
    const keys = this.#keys()
    if (keys) await this.#redis.run(scripts.unlockPage, [keys.lock(path)], [this.#token])
  }

  /** Whether somebody renders a page now. */
  async isLocked(path: string): Promise<boolean> {
    const keys = this.#keys()
    const held = keys && (await this.#redis.ask((redis) => redis.exists(keys.lock(path))))
    return held?.ok === true && held.value === 1
  }

  /** Whether something is there for a path; also where nobody can say. */
  async has(path: string): Promise<boolean> {
    const keys = this.#keys()
    const found = keys && (await this.#redis.ask((redis) => redis.exists(keys.page(path))))
    return !found?.ok || found.value === 1
  }

  /** Paths of what was put last, at most so many, the latest first. */
  async recent(most: number): Promise<readonly string[]> {
    const epoch = tagClock().epochToRead
    const found = epoch === null ? null : await this.#redis.ask((redis) => redis.zrevrange(this.#keysOf(epoch).recent, 0, most - 1))
    return found?.ok ? found.value : []
  }

  /** Has it told whenever the store may have been lost. */
  onReady(tell: () => void): void {
    this.#redis.onReady(tell)
  }

  /** What may be written to. Null while nothing is known of the feed: nobody could say then which pages are the newer ones. */
  #keys() {
    const { epoch } = tagClock().now
    return epoch === '' ? null : this.#keysOf(epoch)
  }

  #keysOf(epoch: string) {
    return pageKeys(pageNamespace({ ...this.#options, epoch }))
  }
}

/** What is in Redis is of the life of the feed that is read there. */
function isLater(there: Pick<Kept, 'renderedAtMs'> & { readonly asOf: AsOf }, known: Kept): boolean {
  return known.asOf?.epoch !== there.asOf.epoch || isNewer(there, known)
}

/** The page, if it can be read, and says that it is what it stands as; else null. */
async function trust(fields: readonly (Buffer | null)[], epoch: string): Promise<SharedPage | null> {
  const page = await fromFields(fields).catch(() => null)
  return page?.asOf?.epoch === epoch && page.asOf.sequence === Number(fields[FIELDS.length]) ? page : null
}
