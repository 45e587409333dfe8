import { ok, type Result } from '#/domain/result.ts'
import type { Shard } from '#/domain/sharding.ts'
import type { IntakeEntry } from '../inventory/stock-counters.ts'
import type { CoreFailure } from '../redis/core.ts'
import { type CheckedEntry, checkEntries } from './check-entries.ts'
import type { IntakeOrder, IntakeTally, NotTheWriter } from './order-book.ts'
import type { Ports } from './ports.ts'

/**
 * Orders a transaction takes at most. It doubles while a backlog fills every batch, up to where one writer gains no more, and begins anew
 * once there is none, so that an order that comes alone waits for nobody (docs/decisions/0005).
 */
const FIRST_BATCH = 256
const LARGEST_BATCH = 1024

export type IntakeResult = Result<IntakeTally & { readonly buried: number }, CoreFailure | NotTheWriter>

type Engine = Pick<Ports, 'counters' | 'book' | 'clock'>
type Sound = { readonly entry: IntakeEntry; readonly order: IntakeOrder }
type Batch = Result<{ readonly checked: readonly CheckedEntry[]; readonly isFull: boolean }, CoreFailure>

/**
 * Intake of one shard: takes the oldest waiting records into Postgres, one transaction a batch, and only then out of the stream. While
 * Postgres is at one batch the next is read and checked. A record that cannot become an order goes to the dead letters without holding up
 * the rest.
 */
export class Intake {
  readonly #engine: Engine
  readonly #shard: Shard
  #size = FIRST_BATCH
  /** What follows the batch that was recorded last. */
  #ahead: Promise<Batch> | null = null

  constructor(engine: Engine, shard: Shard) {
    this.#engine = engine
    this.#shard = shard
  }

  /** Takes one batch in, waiting up to `waitMs` for work. After a failure it begins with the oldest record again. An outage of Postgres throws. */
  async takeBatch(waitMs: number): Promise<IntakeResult> {
    const ahead = this.#ahead
    this.#ahead = null
    const batch = await (ahead ?? this.#read(waitMs))
    if (!batch.ok) return batch
    const { checked, isFull } = batch.value
    const entryIds = checked.map(({ entry }) => entry.entryId)
    const last = entryIds.at(-1)
    if (last === undefined) return ok({ ...NOTHING })
    this.#size = isFull ? Math.min(LARGEST_BATCH, 2 * this.#size) : FIRST_BATCH
    const following = isFull ? this.#read(null, last) : null
    following?.catch(() => {}) // whoever takes it up hears of it
    const recorded = await this.#record(checked)
    if (!recorded.ok) return recorded
    const forgotten = await this.#engine.counters.forgetIntake(this.#shard, entryIds)
    if (!forgotten.ok) return forgotten
    this.#ahead = following
    return recorded
  }

  async #read(waitMs: number | null, after?: string): Promise<Batch> {
    const size = this.#size
    const entries = await this.#engine.counters.readIntake(this.#shard, size, waitMs, after)
    if (!entries.ok) return entries
    return ok({ checked: await checkEntries(this.#engine, entries.value), isFull: entries.value.length === size })
  }

  async #record(checked: readonly CheckedEntry[]): Promise<IntakeResult> {
    const { book, clock } = this.#engine
    const shard = this.#shard
    const tally = { ...NOTHING }
    const sound: Sound[] = []
    for (const { entry, checked: order } of checked) {
      if (order.ok) sound.push({ entry, order: order.value })
      else await bury(entry, order.code)
    }
    const recorded = await record(sound)
    return recorded.ok ? ok(tally) : recorded

    /** Halves a batch that the data makes impossible until the bad record stands alone. */
    async function record(batch: readonly Sound[]): Promise<Result<void, NotTheWriter>> {
      if (batch.length === 0) return ok(undefined)
      const orders = batch.map(({ order }) => order)
      const taken = await book.takeIn(shard, orders, clock.now())
      if (taken.ok) {
        for (const key of ['allocated', 'rejected', 'redelivered', 'superseded'] as const) tally[key] += taken.value[key]
        return ok(undefined)
      }
      if (taken.code === 'NOT_THE_WRITER') return taken
      const [first] = batch
      if (batch.length === 1 && first) {
        await bury(first.entry, `DATA_ERROR ${taken.sqlState}`)
        return ok(undefined)
      }
      const half = Math.ceil(batch.length / 2)
      const before = await record(batch.slice(0, half))
      return before.ok ? record(batch.slice(half)) : before
    }

    async function bury(entry: IntakeEntry, reason: string): Promise<void> {
      await book.bury(shard, entry, reason, clock.now())
      tally.buried += 1
    }
  }
}

const NOTHING = { allocated: 0, rejected: 0, redelivered: 0, superseded: 0, buried: 0 }

/** One batch of the oldest records of a shard. */
export function takeInBatch(engine: Engine, shard: Shard, waitMs: number): Promise<IntakeResult> {
  return new Intake(engine, shard).takeBatch(waitMs)
}
