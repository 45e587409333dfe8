import { z } from 'zod'
import { allowancesOf } from '#/domain/allowance.ts'
import type { Discount } from '#/domain/discount.ts'
import type { OfferTerms } from '#/domain/offer.ts'
import { totalsOf } from '#/domain/pricing.ts'
import { type Failure, fail, ok, type Result } from '#/domain/result.ts'
import { sku } from '#/domain/sku.ts'
import type { IntakeEntry } from '../inventory/stock-counters.ts'
import { type CodeVersion, codeVersionKey, type IntakeOrder, type OfferVersion, offerVersionKey } from './order-book.ts'
import { customerOf, fingerprintOf, type PlacedOrder, readPlacedOrder } from './placed-order.ts'
import type { Ports } from './ports.ts'

/** The year 3000: far beyond any clock of ours, well within what a column of Postgres holds. */
const LAST_MS = Date.UTC(3000, 0)

export const idsSchema = z.object({ orderId: z.uuid(), reservationId: z.uuid(), placedAtMs: z.int().positive().max(LAST_MS) })

export type Fault = Failure<'UNREADABLE' | 'UNKNOWN_OFFER' | 'UNKNOWN_CODE' | 'TOTAL_MISMATCH'>

export type CheckedEntry = { readonly entry: IntakeEntry; readonly checked: Result<IntakeOrder, Fault> }

/** Recomputes every total from the versions that the record names: what core admitted at another price is never charged. */
export async function checkEntries({ book }: Pick<Ports, 'book'>, entries: readonly IntakeEntry[]): Promise<CheckedEntry[]> {
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

type ParsedOrder = Omit<IntakeOrder, 'allowances' | 'fingerprint'>

function parseEntry({ record, ...ids }: IntakeEntry): ParsedOrder | null {
  const parsedIds = idsSchema.safeParse(ids)
  const order = parsedIds.success ? readPlacedOrder(record) : null
  return parsedIds.success && order ? { ...parsedIds.data, order } : null
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
  // Most orders use nothing that is limited by customer; whom they are of needs no hash then.
  const isLimited = discount?.maxUsesPerCustomer != null || known.some((line) => line.limitPerCustomer !== null)
  const allowances = allowancesOf(known, discount, isLimited ? customerOf(order.email) : '')
  return ok({ ...placed, fingerprint: fingerprintOf(order), allowances })
}
