import { createHash } from 'node:crypto'
import { type Redis, ReplyError } from 'ioredis'
import { connectRedis } from './connect.ts'
import { type Script, scripts } from './scripts.ts'

const CLOCK_CHECK_MS = 60_000
const VITALS_CHECK_MS = 1000

/** What a node says of itself. */
export type Vitals = {
  /** The history that its data belong to: another one after a promotion or a restart, which may have lost the end of what was written. */
  readonly lineage: string
  readonly usedBytes: number
  /** 0 for no limit. */
  readonly limitBytes: number
}

/** One server of core: its connections, made when they are first needed, its clock beside ours, and how it is. */
export class CoreNode {
  readonly address: string
  readonly redis: Redis
  readonly #url: string
  readonly #name: string
  readonly #waiting = new Map<number, Redis>()
  readonly #aheadMs: () => Promise<number>
  readonly #vitals: () => Promise<Vitals>

  constructor(url: string, name: string) {
    this.address = new URL(url).host
    this.#url = url
    this.#name = name
    this.redis = this.#connect(name)
    const clock = fresh(CLOCK_CHECK_MS, () => this.#readClock())
    const vitals = fresh(VITALS_CHECK_MS, () => this.#readVitals())
    this.#aheadMs = clock.get
    this.#vitals = vitals.get
    this.redis.on('ready', () => {
      // Another server may have taken its place.
      clock.forget()
      vitals.forget()
    })
  }

  /** A connection for scripts of one slot that wait for replicas: what comes behind them on it waits as well. */
  waiting(slot: number): Redis {
    const redis = this.#waiting.get(slot) ?? this.#connect(`${this.#name}-durable`)
    this.#waiting.set(slot, redis)
    return redis
  }

  /** Milliseconds that its clock is ahead of ours, as it was a minute ago at most, within half a round trip. */
  aheadMs(): Promise<number> {
    return this.#aheadMs()
  }

  /** As they were a second ago at most. */
  vitals(): Promise<Vitals> {
    return this.#vitals()
  }

  close(): void {
    this.redis.disconnect()
    for (const redis of this.#waiting.values()) redis.disconnect()
  }

  #connect(name: string): Redis {
    const redis = connectRedis(this.#url, name, { lazyConnect: true })
    for (const script of Object.values(scripts)) redis.defineCommand(script.name, { lua: script.lua })
    return redis
  }

  async #readClock(): Promise<number> {
    const sentAt = Date.now()
    const [seconds, micros] = (await this.redis.time()).map(Number)
    return Math.round((seconds ?? 0) * 1000 + (micros ?? 0) / 1000 - (sentAt + Date.now()) / 2)
  }

  async #readVitals(): Promise<Vitals> {
    const [replication, memory] = await Promise.all([this.redis.info('replication'), this.redis.info('memory')])
    return {
      lineage: fieldOf(replication, 'master_replid'),
      usedBytes: Number(fieldOf(memory, 'used_memory')),
      limitBytes: Number(fieldOf(memory, 'maxmemory')),
    }
  }
}

/**
 * Runs a script and waits on the same connection, right behind it, until this many replicas have what was written on it; resolves with the
 * reply and how many have. A client's own second try for a server that does not know the script would come behind the wait, so it is here.
 */
export async function runAndWait(
  redis: Redis,
  { lua }: Script,
  words: readonly (string | number)[],
  { replicas, waitMs }: { replicas: number; waitMs: number },
): Promise<{ reply: unknown; reached: number }> {
  try {
    return await both(redis.evalsha(hashOf(lua), ...(words as [number, ...string[]])))
  } catch (error) {
    if (!(error instanceof ReplyError && (error as Error).message.startsWith('NOSCRIPT '))) throw error
    return await both(redis.eval(lua, ...(words as [number, ...string[]])))
  }

  async function both(script: Promise<unknown>): Promise<{ reply: unknown; reached: number }> {
    const wait = redis.wait(replicas, waitMs).catch((error: unknown) => {
      if (error instanceof ReplyError) return 0 // the script may have run all the same
      throw error
    })
    const [reply, reached] = await Promise.all([script, wait])
    return { reply, reached }
  }
}

const hashes = new Map<string, string>()

function hashOf(lua: string): string {
  const hash = hashes.get(lua) ?? createHash('sha1').update(lua).digest('hex')
  hashes.set(lua, hash)
  return hash
}

/** A field of what INFO says; `''` where there is none. */
export function fieldOf(info: string, name: string): string {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? ''
}

/** A value that is read anew once it is older than this; those who ask meanwhile share the read. */
function fresh<T>(maxAgeMs: number, read: () => Promise<T>) {
  let kept: { readonly value: Promise<T>; readonly at: number } | undefined
  const forget = () => {
    kept = undefined
  }
  return {
    forget,
    get(): Promise<T> {
      if (kept && Date.now() - kept.at < maxAgeMs) return kept.value
      const value = read()
      kept = { value, at: Date.now() }
      value.catch(forget)
      return value
    },
  }
}
