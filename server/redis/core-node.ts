import type { Redis } from 'ioredis'
import { connectRedis } from './connect.ts'
import { scripts } from './scripts.ts'

const CLOCK_CHECK_MS = 60_000

/** One server of core: its connections, made when they are first needed, and its clock beside ours. */
export class CoreNode {
  readonly address: string
  readonly redis: Redis
  readonly #url: string
  readonly #name: string
  #placing: Redis | undefined
  #aheadMs: number | undefined
  #clockReadAt = 0

  constructor(url: string, name: string) {
    this.address = new URL(url).host
    this.#url = url
    this.#name = name
    this.redis = this.#connect(name)
    this.redis.on('ready', () => {
      this.#clockReadAt = 0 // another server may have taken its place
    })
  }

  /** A connection of its own for what has to wait for replicas, so that reads do not wait with it. */
  get placing(): Redis {
    this.#placing ??= this.#connect(`${this.#name}-placing`)
    return this.#placing
  }

  /** Milliseconds that its clock is ahead of ours, as it was a minute ago at most, within half a round trip. */
  async aheadMs(): Promise<number> {
    if (this.#aheadMs === undefined || Date.now() - this.#clockReadAt > CLOCK_CHECK_MS) {
      const sentAt = Date.now()
      const [seconds, micros] = (await this.redis.time()).map(Number)
      this.#aheadMs = Math.round((seconds ?? 0) * 1000 + (micros ?? 0) / 1000 - (sentAt + Date.now()) / 2)
      this.#clockReadAt = sentAt
    }
    return this.#aheadMs
  }

  close(): void {
    this.redis.disconnect()
    this.#placing?.disconnect()
  }

  #connect(name: string): Redis {
    const redis = connectRedis(this.#url, name, { lazyConnect: true })
    for (const script of Object.values(scripts)) redis.defineCommand(script.name, { lua: script.lua })
    return redis
  }
}
