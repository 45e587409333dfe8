import { OFFER_BOUNDS } from '#/domain/offer.ts'
import { type Failure, fail, ok, type Result } from '#/domain/result.ts'
import { productCodeOf, type Sku } from '#/domain/sku.ts'
import { tags } from '../cache/manifest.ts'
import type { Db, Tx } from '../db/client.ts'
import { moveStock } from '../orders/move-stock.ts'
import { type BadWindow, findBadWindow, findOutOfBounds, type OutOfBounds, toDate, type Window } from './bounds.ts'
import { edit, type Touched } from './edit.ts'

export type UnknownSku = Failure<'UNKNOWN_SKU'>

/** A column holds twice that. */
const ON_HAND_BOUNDS = [0, 1_000_000_000] as const

// Each edit is a new version of the offer, which it returns. Core and pages hear of it from the same transaction; whoever was shown an
// older version is told at the placing.

export async function setPrice(db: Db, sku: Sku, priceMinor: number, nowMs: number): Promise<Result<number, UnknownSku | OutOfBounds>> {
  const outside = findOutOfBounds({ priceMinor: [priceMinor, OFFER_BOUNDS.priceMinor] })
  if (outside) return outside
  return edit(db, async (tx, touched) => {
    const priced = await putNextOffer(tx, touched, sku, { priceMinor, compareAtMinor: null }, nowMs)
    if (priced.ok) touched.tags(tags.prices)
    return priced
  })
}

/** Units of one order, and of one customer in all orders together; null for no such limit. */
export async function setLimits(
  db: Db,
  sku: Sku,
  limits: { readonly limitPerOrder: number; readonly limitPerCustomer: number | null },
  nowMs: number,
): Promise<Result<number, UnknownSku | OutOfBounds>> {
  const { limitPerOrder, limitPerCustomer } = limits
  const outside = findOutOfBounds({
    limitPerOrder: [limitPerOrder, OFFER_BOUNDS.limitPerOrder],
    limitPerCustomer: [limitPerCustomer, OFFER_BOUNDS.limitPerCustomer],
  })
  return outside ?? edit(db, (tx, touched) => putNextOffer(tx, touched, sku, { limitPerOrder, limitPerCustomer }, nowMs))
}

/** What a unit weighs, packed. Delivery costs by it. */
export async function setWeight(db: Db, sku: Sku, weightGrams: number, nowMs: number): Promise<Result<number, UnknownSku | OutOfBounds>> {
  const outside = findOutOfBounds({ weightGrams: [weightGrams, OFFER_BOUNDS.weightGrams] })
  return outside ?? edit(db, (tx, touched) => putNextOffer(tx, touched, sku, { weightGrams }, nowMs))
}

/** When a SKU is sold. Core judges it by its own clock at each placing. What was withdrawn is shown again. */
export async function setSaleWindow(db: Db, sku: Sku, window: Window, nowMs: number): Promise<Result<number, UnknownSku | BadWindow>> {
  return findBadWindow(window) ?? edit(db, (tx, touched) => openSale(tx, touched, sku, window, nowMs))
}

/** The same within an edit that does more. Something has to be sold in the window. */
export async function openSale(tx: Tx, touched: Touched, sku: Sku, window: Window, nowMs: number): Promise<Result<number, UnknownSku>> {
  const change = { startsAt: toDate(window.startsAtMs), endsAt: toDate(window.endsAtMs) }
  const opened = await putNextOffer(tx, touched, sku, change, nowMs)
  if (opened.ok) await setWithdrawn(tx, touched, sku, null)
  return opened
}

/** Ends the sale of a SKU from now on: pages drop it, carts that hold it are told at the checkout. */
export function withdraw(db: Db, sku: Sku, nowMs: number): Promise<Result<number, UnknownSku>> {
  return edit(db, (tx, touched) => endSale(tx, touched, sku, nowMs))
}

/** The same within an edit that does more. */
export async function endSale(tx: Tx, touched: Touched, sku: Sku, nowMs: number): Promise<Result<number, UnknownSku>> {
  const endsAt = new Date(nowMs)
  const ended = await putNextOffer(tx, touched, sku, { startsAt: null, endsAt }, nowMs)
  if (ended.ok) await setWithdrawn(tx, touched, sku, endsAt)
  return ended
}

export type Restocked = Result<void, UnknownSku | OutOfBounds | (Failure<'UNITS_ALLOCATED'> & { readonly free: number })>

/** Adds units to what is on hand, or takes some away; never below what orders hold, nor beyond what anybody could count. */
export function restock(db: Db, sku: Sku, units: number, nowMs: number): Promise<Restocked> {
  return db.$transaction(async (tx) => {
    const [level] = await tx.$queryRaw<
      { on_hand: number; free: number }[]
    >`SELECT on_hand, on_hand - allocated AS free FROM stock WHERE sku = ${sku} FOR UPDATE`
    if (!level) return fail('UNKNOWN_SKU')
    if (level.free + units < 0) return fail('UNITS_ALLOCATED', { free: level.free })
    const outside = findOutOfBounds({ onHand: [level.on_hand + units, ON_HAND_BOUNDS] })
    if (outside) return outside
    await moveStock(tx, 'restock', [{ sku, onHandDelta: units, allocatedDelta: 0, droppedReservations: [] }], nowMs)
    return ok(undefined)
  })
}

type OfferChange = {
  priceMinor?: number
  compareAtMinor?: number | null
  limitPerOrder?: number
  limitPerCustomer?: number | null
  weightGrams?: number
  startsAt?: Date | null
  endsAt?: Date | null
}

/** No list carries the tag of a product that comes back to it. What is withdrawn again was withdrawn the first time. */
async function setWithdrawn(tx: Tx, touched: Touched, sku: Sku, withdrawnAt: Date | null): Promise<void> {
  const { count } = await tx.variant.updateMany({ where: { sku, withdrawnAt: withdrawnAt ? null : { not: null } }, data: { withdrawnAt } })
  if (count > 0) touched.tags(tags.catalogue, tags.addresses)
}

async function putNextOffer(tx: Tx, touched: Touched, sku: Sku, change: OfferChange, nowMs: number): Promise<Result<number, UnknownSku>> {
  const [variant] = await tx.$queryRaw<{ offer_version: number }[]>`SELECT offer_version FROM variants WHERE sku = ${sku} FOR UPDATE`
  if (!variant) return fail('UNKNOWN_SKU')
  const current = await tx.offer.findUniqueOrThrow({ where: { sku_version: { sku, version: variant.offer_version } } })
  const version = current.version + 1
  await tx.offer.create({ data: { ...current, ...change, version, createdAt: new Date(nowMs) } })
  await tx.variant.update({ where: { sku }, data: { offerVersion: version } })
  touched.offers(sku)
  touched.tags(tags.product(productCodeOf(sku)))
  return ok(version)
}
