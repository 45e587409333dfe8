import { recordingShardOf, type Shard } from '#/domain/sharding.ts'
import { log } from '../telemetry/log.ts'
import type { Acknowledged } from './order-book.ts'
import type { Ports } from './ports.ts'

/** Far longer than a replica may be behind when it is promoted. */
const REMEMBER_MS = 60_000

/** Acknowledgements that a process remembers at most, the newest ones. */
const MOST = 50_000

/** Looks after a change of lineage that ask for everything once more, for what was acknowledged at that very moment. */
const LOOKS = 3

/** Orders asked about at a time. */
const PAGE = 500

type Engine = Pick<Ports, 'counters' | 'book' | 'clock'>
type Watched = { lineage: string; looksLeft: number }

/**
 * What this process has told shoppers in its last minute. Where core's data go on with another history, after a promotion or a restart,
 * each of these orders is asked for: what neither core nor Postgres knows was lost, is said aloud and recorded, and its page says so.
 */
export class Acknowledgements {
  readonly #engine: Engine
  readonly #most: number
  readonly #told = new Map<string, Acknowledged>()
  readonly #watched = new Map<Shard, Watched>()
  /** Orders that were found to be lost since this process began. */
  lost = 0

  constructor(engine: Engine, most = MOST) {
    this.#engine = engine
    this.#most = most
  }

  /** Call it before the shopper hears that the order was received. */
  remember(orderId: string): void {
    const shard = recordingShardOf(orderId)
    this.#told.set(orderId, { orderId, shard, atMs: this.#engine.clock.now() })
    const [oldest] = this.#told.keys()
    if (this.#told.size > this.#most && oldest !== undefined) this.#told.delete(oldest)
  }

  /** Looks once at each shard that orders were told of; to be repeated every second. A core or Postgres that is away is asked again then. */
  async look(): Promise<void> {
    for (const [shard, told] of Map.groupBy(this.#told.values(), ({ shard: of }) => of)) await this.#lookAt(shard, told)
  }

  async #lookAt(shard: Shard, told: readonly Acknowledged[]): Promise<void> {
    const { counters, clock } = this.#engine
    const before = clock.now() - REMEMBER_MS
    const lineage = await counters.lineageOf(shard)
    if (!lineage.ok) return
    const watched = this.#watched.get(shard)
    // The first look at a shard may come after a promotion already.
    const looksLeft = watched?.lineage === lineage.value ? watched.looksLeft : LOOKS
    if (looksLeft > 0 && !(await this.#ask(shard, told))) return
    this.#watched.set(shard, { lineage: lineage.value, looksLeft: Math.max(0, looksLeft - 1) })
    // Nothing is forgotten while core is away, however long that lasts.
    if (looksLeft <= 1) for (const { orderId, atMs } of told) if (atMs < before) this.#told.delete(orderId)
  }

  /** Asks core and then Postgres for these orders, and records what is lost. Returns whether all could be asked. */
  async #ask(shard: Shard, told: readonly Acknowledged[]): Promise<boolean> {
    const { counters, book, clock } = this.#engine
    for (let from = 0; from < told.length; from += PAGE) {
      const page = told.slice(from, from + PAGE)
      const kept = await counters.knownCheckouts(
        shard,
        page.map(({ orderId }) => orderId),
      )
      if (!kept.ok) return false
      const missing = page.filter(({ orderId }) => !kept.value.has(orderId))
      if (missing.length === 0) continue
      try {
        const recorded = await book.knownOrders(missing.map(({ orderId }) => orderId))
        const lost = missing.filter(({ orderId }) => !recorded.has(orderId))
        if (lost.length > 0) await book.recordLost(lost, clock.now())
        for (const { orderId } of missing) this.#told.delete(orderId)
        this.lost += lost.length
        if (lost.length > 0) log.fatal({ shard, lost: lost.map(({ orderId }) => orderId) }, 'core lost orders that were acknowledged')
      } catch (error) {
        log.warn({ shard, err: error }, 'orders that core lost cannot be looked up in Postgres')
        return false
      }
    }
    return true
  }
}
