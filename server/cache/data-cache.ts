import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { isPostgresAway } from '../db/sql-state.ts'
import { dataKey } from '../redis/cache-keys.ts'
import type { PatientRedis } from '../redis/patient-redis.ts'
import { log } from '../telemetry/log.ts'
import { type AsOf, asOfSchema, isSame, UNKNOWN } from './as-of.ts'
import { counts } from './counts.ts'
import type { TagClock } from './tag-clock.ts'

/** What is the same after a way through Redis: no date, no map, nothing that is undefined. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** What was read, what it carries, and when it ceases to be true by itself; without that, when its time is over. */
export type Reading<T> = { readonly value: T; readonly tags: readonly string[]; readonly untrueAtMs?: number | null }

/** What is given out, and the number of the feed up to which it lacks nothing. */
export type Stamped<T> = { readonly value: T; readonly tags: readonly string[]; readonly asOf: AsOf }

/** As it is kept. Times are milliseconds since the epoch; they end what no tag does. */
const entry = z.object({
  value: z.custom<Json>(),
  tags: z.array(z.string()),
  asOf: asOfSchema,
  /** Read again behind whoever asks after that, */
  freshUntilMs: z.number(),
  /** and before whoever asks after this. */
  untilMs: z.number(),
})
type Entry = z.infer<typeof entry> & {
  readonly size: number
  /** Whether Redis cache has it, as far as is known. */
  isShared: boolean
}

const MOST_ENTRIES = 5000
/** As JSON. */
const MOST_BYTES = 16 * 1024 * 1024
/** More than this would keep others waiting for Redis. */
const MOST_SHARED_BYTES = 1024 * 1024

/** In case a change was told to nobody. A tenth more or less, so that what was read together is not read again together. */
const FRESH_MS = 3_600_000
const SPREAD = 0.1
/** That there is nothing is believed for a moment only: nobody misses what is read for it. */
const NOTHING_MS = 5000
/** Redis keeps it for longer than it is true: while Postgres is away, something old is better than nothing. */
const SHARED_MS = 24 * 3_600_000
/** After Postgres was found away, who can go on without it asks it for nothing for so long. */
const REST_MS = 1000

type Flight = { readonly asOf: AsOf; readonly landed: Promise<Entry> }

type Options = {
  readonly clock: () => TagClock
  /** Asked only where the clock can judge what others have put there. */
  readonly shared: () => PatientRedis
  readonly mostBytes?: number
  readonly nowMs?: () => number
}

/**
 * What pages read, from memory, else from Redis cache, else from Postgres, with one reading at a time. What it gives out lacks no edit that the
 * clock knew of when it was asked.
 */
export class DataCache {
  readonly #clock: () => TagClock
  readonly #shared: () => PatientRedis
  readonly #nowMs: () => number
  readonly #memory: LRUCache<string, Entry>
  readonly #flights = new Map<string, Flight>()
  /** Null while Postgres answers, as far as is known. */
  #restsUntilMs: number | null = null

  constructor({ clock, shared, mostBytes = MOST_BYTES, nowMs = Date.now }: Options) {
    this.#clock = clock
    this.#shared = shared
    this.#nowMs = nowMs
    this.#memory = new LRUCache({ max: MOST_ENTRIES, maxSize: mostBytes, sizeCalculation: ({ size }) => size })
  }

  /**
   * `orStale`: while Postgres is away, rather something old than nothing. It says so by its number, and whatever is made of it has to carry that.
   */
  async read<T extends Json>(key: string, source: () => Promise<Reading<T>>, { orStale = false } = {}): Promise<Stamped<T>> {
    const kept = this.#memory.get(key)
    if (kept && this.#isTrue(kept)) {
      const isFresh = this.#isFresh(kept)
      counts()['data.memory'][isFresh ? 'hit' : 'stale'] += 1
      if (!isFresh && !this.#rests())
        this.#fly(key, source, 'behind').catch((error: unknown) => log.warn({ err: error, key }, 'what is kept could not be read again'))
      if (!kept.isShared) void this.#put(key, kept)
      return this.#stamp(kept)
    }
    counts()['data.memory'].miss += 1
    const known = orStale && this.#rests() ? await this.#findOld(key) : null
    if (known) return known as Stamped<T>
    try {
      return this.#stamp(await this.#fly(key, source, 'waited for'))
    } catch (error) {
      const old = orStale && isPostgresAway(error) ? await this.#findOld(key) : null
      if (!old) throw error
      return old as Stamped<T>
    }
  }

  get entries(): number {
    return this.#memory.size
  }

  get bytes(): number {
    return this.#memory.calculatedSize
  }

  /** One reading at a time for all who know the same. Whoever knows of an edit since one began must not be given what it brings. */
  #fly(key: string, source: () => Promise<Reading<Json>>, kind: 'waited for' | 'behind'): Promise<Entry> {
    const asOf = this.#clock().now
    const flying = this.#flights.get(key)
    if (flying && isSame(flying.asOf, asOf)) {
      if (kind === 'waited for') counts()['data.memory'].coalesced += 1
      return flying.landed
    }
    const flight = { asOf, landed: this.#fetch(key, source, asOf, kind) }
    this.#flights.set(key, flight)
    const end = () => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key)
    }
    flight.landed.then(end, end)
    return flight.landed
  }

  async #fetch(key: string, source: () => Promise<Reading<Json>>, asOf: AsOf, kind: 'waited for' | 'behind'): Promise<Entry> {
    const shared = await this.#ask(key)
    if (shared && this.#isTrue(shared) && (kind === 'waited for' || this.#isFresh(shared))) {
      this.#keep(key, shared)
      return shared
    }
    const read = await this.#readFrom(key, source, asOf)
    this.#keep(key, read)
    void this.#put(key, read)
    return read
  }

  async #readFrom(key: string, source: () => Promise<Reading<Json>>, asOf: AsOf): Promise<Entry> {
    // It finds out for all who ask meanwhile.
    if (this.#restsUntilMs !== null) this.#restsUntilMs = Number.POSITIVE_INFINITY
    try {
      const { value, tags, untrueAtMs } = await source()
      counts()['data.postgres'].read += 1
      this.#restsUntilMs = null
      const text = JSON.stringify(value)
      const lasts = value === null ? NOTHING_MS : FRESH_MS * (1 - SPREAD + 2 * SPREAD * Math.random())
      const endsAtMs = untrueAtMs ?? Number.POSITIVE_INFINITY
      const freshUntilMs = Math.min(this.#nowMs() + lasts, endsAtMs)
      const untilMs = value === null ? freshUntilMs : Math.min(freshUntilMs + FRESH_MS, endsAtMs)
      // Always what would come back from Redis, so that nothing else is ever relied on.
      return {
        value: JSON.parse(text) as Json,
        tags: [...tags],
        asOf,
        freshUntilMs,
        untilMs,
        size: key.length + text.length,
        isShared: false,
      }
    } catch (error) {
      counts()['data.postgres'].error += 1
      this.#restsUntilMs = isPostgresAway(error) ? this.#nowMs() + REST_MS : null
      throw error
    }
  }

  #rests(): boolean {
    return this.#restsUntilMs !== null && this.#nowMs() < this.#restsUntilMs
  }

  /** What there is without Postgres, true or not, the newest of it; null for nothing. */
  async #findOld(key: string): Promise<Stamped<Json> | null> {
    const shared = await this.#ask(key)
    if (shared) this.#keep(key, shared)
    const old = this.#memory.peek(key) ?? shared
    if (old) counts()['data.postgres'].old += 1
    return old && this.#stamp(old)
  }

  /** What stands in Redis cache, whether it is still true or not; null for nothing, and where it cannot be asked. */
  async #ask(key: string): Promise<Entry | null> {
    const epoch = this.#clock().epochToRead
    if (epoch === null) return null
    const asked = await this.#shared().ask((redis) => redis.get(dataKey(epoch, key)))
    const found = asked.ok && asked.value !== null ? parse(key, asked.value) : null
    const outcome = found && this.#isTrue(found) ? (this.#isFresh(found) ? 'hit' : 'stale') : 'miss'
    counts()['data.redis'][asked.ok ? outcome : 'error'] += 1
    return found
  }

  /** For other processes, and for this one when it comes back. Nobody waits for it; where it fails, whoever is given it next tries again. */
  async #put(key: string, read: Entry): Promise<void> {
    if (!this.#clock().knowsPast || read.size > MOST_SHARED_BYTES) return
    const { size: _, isShared: __, ...kept } = read
    read.isShared = true
    const put = await this.#shared().ask((redis) => redis.set(dataKey(read.asOf.epoch, key), JSON.stringify(kept), 'PX', SHARED_MS))
    if (put.ok) return
    read.isShared = false
    counts()['data.redis'].error += 1
  }

  /** A reading that began earlier may land later. */
  #keep(key: string, read: Entry): void {
    const kept = this.#memory.peek(key)
    const isOlder = kept && kept.asOf.epoch === read.asOf.epoch && kept.asOf.sequence > read.asOf.sequence
    if (!isOlder) this.#memory.set(key, read)
  }

  #isTrue({ tags, asOf, untilMs }: Entry): boolean {
    return this.#nowMs() < untilMs && !this.#clock().isStale(tags, asOf)
  }

  #isFresh({ freshUntilMs }: Entry): boolean {
    return this.#nowMs() < freshUntilMs
  }

  /** What nothing was told of is of now, unless its time is over: then nobody can say of when it is. */
  #stamp<T extends Json>({ value, tags, asOf, untilMs }: Entry): Stamped<T> {
    const clock = this.#clock()
    const ofNow = this.#nowMs() < untilMs ? clock.now : UNKNOWN
    return { value: value as T, tags, asOf: clock.isStale(tags, asOf) ? asOf : ofNow }
  }
}

function parse(key: string, text: string): Entry | null {
  try {
    return { ...entry.parse(JSON.parse(text)), size: key.length + text.length, isShared: true }
  } catch (error) {
    log.error({ err: error, key }, 'what stands in redis cache cannot be read')
    return null
  }
}
