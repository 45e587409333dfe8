import { z } from 'zod'
import { totalsOf } from '#/domain/pricing.ts'
import { type Failure, fail, ok, type Result } from '#/domain/result.ts'
import type { Shard } from '#/domain/sharding.ts'
import { sku } from '#/domain/sku.ts'
import type { IntakeEntry } from '../inventory/stock-counters.ts'
import type { CoreFailure } from '../redis/core.ts'
import { type IntakeOrder, type IntakeTally, type NotTheWriter, offerVersionKey } from './order-book.ts'
import { placedOrderSchema } from './placed-order.ts'
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

/** The year 3000: far beyond any clock of ours, well within what a column of Postgres holds. */
const LAST_MS = Date.UTC(3000, 0)

const idsSchema = z.object({ orderId: z.uuid(), reservationId: z.uuid(), placedAtMs: z.int().positive().max(LAST_MS) })

type Fault = Failure<'UNREADABLE' | 'UNKNOWN_OFFER' | 'TOTAL_MISMATCH'>

/** Recomputes every total from the offer versions that the record names: what core admitted at another price is never charged. */
async function checkEntries({ book }: Engine, entries: readonly IntakeEntry[]) {
  const parsed = entries.map((entry) => ({ entry, order: parseEntry(entry) }))
  const versions = new Map<string, { sku: ReturnType<typeof sku>; version: number }>()
  for (const { order } of parsed) {
    for (const line of order?.order.lines ?? []) {
      const version = { sku: sku(line.sku), version: line.offerVersion }
      versions.set(offerVersionKey(version), version)
    }
  }
  const prices = versions.size > 0 ? await book.offerPrices([...versions.values()]) : new Map<string, number>()
  return parsed.map(({ entry, order }) => ({ entry, checked: order ? checkTotal(order, prices) : fail('UNREADABLE') }))
}

function parseEntry({ record, ...ids }: IntakeEntry): IntakeOrder | null {
  const parsedIds = idsSchema.safeParse(ids)
  if (!parsedIds.success) return null
  try {
    const order = placedOrderSchema.safeParse(JSON.parse(record))
    return order.success ? { ...parsedIds.data, order: order.data } : null
  } catch {
    return null
  }
}

function checkTotal(placed: IntakeOrder, prices: ReadonlyMap<string, number>): Result<IntakeOrder, Fault> {
  const { lines, deliveryMethod, subtotalMinor, deliveryMinor, totalMinor } = placed.order
  const atOffers = lines.map((line) => ({
    quantity: line.quantity,
    unitPriceMinor: prices.get(offerVersionKey({ sku: sku(line.sku), version: line.offerVersion })),
    agreedMinor: line.unitPriceMinor,
  }))
  if (atOffers.some((line) => line.unitPriceMinor === undefined)) return fail('UNKNOWN_OFFER')
  const totals = totalsOf(
    atOffers.map(({ quantity, unitPriceMinor }) => ({ quantity, unitPriceMinor: unitPriceMinor ?? 0 })),
    deliveryMethod,
  )
  const agrees =
    atOffers.every((line) => line.unitPriceMinor === line.agreedMinor) &&
    totals.subtotalMinor === subtotalMinor &&
    totals.deliveryMinor === deliveryMinor &&
    totals.totalMinor === totalMinor
  return agrees ? ok(placed) : fail('TOTAL_MISMATCH')
}
