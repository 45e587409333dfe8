import { z } from 'zod'
import { allowancesOf } from '#/domain/allowance.ts'
import type { Discount } from '#/domain/discount.ts'
import type { OfferTerms } from '#/domain/offer.ts'
import { totalsOf } from '#/domain/pricing.ts'
import { type Failure, fail, ok, type Result } from '#/domain/result.ts'
import type { Shard } from '#/domain/sharding.ts'
import { sku } from '#/domain/sku.ts'
import type { IntakeEntry } from '../inventory/stock-counters.ts'
import type { CoreFailure } from '../redis/core.ts'
import {
  type CodeVersion,
  codeVersionKey,
  type IntakeOrder,
  type IntakeTally,
  type NotTheWriter,
  type OfferVersion,
  offerVersionKey,
} from './order-book.ts'
import { customerOf, type PlacedOrder, placedOrderSchema } from './placed-order.ts'
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

export const idsSchema = z.object({ orderId: z.uuid(), reservationId: z.uuid(), placedAtMs: z.int().positive().max(LAST_MS) })

type Fault = Failure<'UNREADABLE' | 'UNKNOWN_OFFER' | 'UNKNOWN_CODE' | 'TOTAL_MISMATCH'>

/** Recomputes every total from the versions that the record names: what core admitted at another price is never charged. */
export async function checkEntries({ book }: Pick<Engine, 'book'>, entries: readonly IntakeEntry[]) {
  const parsed = entries.map((entry) => ({ entry, order: parseEntry(entry) }))
  const offers = new Map<string, OfferVersion>()
  const codes = new Map<string, CodeVersion>()
  for (const { order: placed } of parsed) {
    if (!placed) continue
    for (const line of placed.order.lines) {
      const version = { sku: sku(line.sku), version: line.offerVersion }
      offers.set(offerVersionKey(version), version)
    }
    const code = codeOf(placed.order)
    if (code) codes.set(codeVersionKey(code), code)
  }
  const terms = offers.size > 0 ? await book.offerTerms([...offers.values()]) : new Map<string, OfferTerms>()
  const discounts = codes.size > 0 ? await book.discountVersions([...codes.values()]) : new Map<string, Discount>()
  return parsed.map(({ entry, order }) => ({ entry, checked: order ? checkTotal(order, terms, discounts) : fail('UNREADABLE') }))
}

function codeOf({ code, codeVersion }: PlacedOrder): CodeVersion | null {
  return code !== null && codeVersion !== null ? { code, version: codeVersion } : null
}

type ParsedOrder = Omit<IntakeOrder, 'allowances'>

function parseEntry({ record, ...ids }: IntakeEntry): ParsedOrder | null {
  const parsedIds = idsSchema.safeParse(ids)
  if (!parsedIds.success) return null
  try {
    const order = placedOrderSchema.safeParse(JSON.parse(record))
    return order.success ? { ...parsedIds.data, order: order.data } : null
  } catch {
    return null
  }
}

function checkTotal(
  placed: ParsedOrder,
  terms: ReadonlyMap<string, OfferTerms>,
  discounts: ReadonlyMap<string, Discount>,
): Result<IntakeOrder, Fault> {
  const { order } = placed
  const lines = order.lines.map((line) => ({ ...line, sku: sku(line.sku), terms: terms.get(`${line.sku}@${line.offerVersion}`) }))
  const known = lines.flatMap(({ terms: own, ...line }) => (own ? [{ ...line, ...own, unitPriceMinor: own.priceMinor }] : []))
  if (known.length < lines.length) return fail('UNKNOWN_OFFER')
  const code = codeOf(order)
  const discount = code ? discounts.get(codeVersionKey(code)) : null
  if (discount === undefined) return fail('UNKNOWN_CODE')
  const { lineDiscountsMinor, ...totals } = totalsOf({ ...order, lines: known, discount })
  const agrees =
    known.every((line, i) => {
      const told = order.lines[i]
      return (
        line.unitPriceMinor === told?.unitPriceMinor &&
        line.weightGrams === told.weightGrams &&
        lineDiscountsMinor[i] === told.discountMinor
      )
    }) &&
    totals.subtotalMinor === order.subtotalMinor &&
    totals.discountMinor === order.discountMinor &&
    totals.deliveryMinor === order.deliveryMinor &&
    totals.taxMinor === order.taxMinor &&
    totals.taxMode === order.taxMode &&
    totals.totalMinor === order.totalMinor
  if (!agrees) return fail('TOTAL_MISMATCH')
  return ok({ ...placed, allowances: allowancesOf(known, discount, customerOf(order.email)) })
}
