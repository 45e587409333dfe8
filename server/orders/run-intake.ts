import { ok, type Result } from '#/domain/result.ts'
import type { Shard } from '#/domain/sharding.ts'
import type { IntakeEntry } from '../inventory/stock-counters.ts'
import type { CoreFailure } from '../redis/core.ts'
import { checkEntries } from './check-entries.ts'
import type { IntakeOrder, IntakeTally, NotTheWriter } from './order-book.ts'
import type { Ports } from './ports.ts'

/** Orders a transaction takes at most: where one writer was fastest. Source: docs/decisions/0005 */
const BATCH = 300

export type IntakeResult = Result<IntakeTally & { readonly buried: number }, CoreFailure | NotTheWriter>

type Engine = Pick<Ports, 'counters' | 'book' | 'clock'>
type Checked = { readonly entry: IntakeEntry; readonly order: IntakeOrder }

/**
 * Takes the oldest waiting records of a shard into Postgres, one transaction a batch, and only then out of the stream. A record that cannot
 * become an order goes to the dead letters without holding up the rest. Waits up to `waitMs` for work. An outage of Postgres throws.
 */
export async function takeInBatch(engine: Engine, shard: Shard, waitMs: number): Promise<IntakeResult> {
  const entries = await engine.counters.readIntake(shard, BATCH, waitMs)
  if (!entries.ok) return entries
  const tally = { allocated: 0, rejected: 0, redelivered: 0, superseded: 0, buried: 0 }
  if (entries.value.length === 0) return ok(tally)

  const sound: Checked[] = []
  for (const { entry, checked } of await checkEntries(engine, entries.value)) {
    if (checked.ok) sound.push({ entry, order: checked.value })
    else await bury(entry, checked.code)
  }
  const recorded = await record(sound)
  if (!recorded.ok) return recorded
  const forgotten = await engine.counters.forgetIntake(
    shard,
    entries.value.map((entry) => entry.entryId),
  )
  return forgotten.ok ? ok(tally) : forgotten

  /** Halves a batch that the data makes impossible until the bad record stands alone. */
  async function record(batch: readonly Checked[]): Promise<Result<void, NotTheWriter>> {
    if (batch.length === 0) return ok(undefined)
    const taken = await engine.book.takeIn(
      shard,
      batch.map(({ order }) => order),
      engine.clock.now(),
    )
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
    await engine.book.bury(shard, entry, reason, engine.clock.now())
    tally.buried += 1
  }
}
