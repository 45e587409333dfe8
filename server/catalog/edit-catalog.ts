import { type Failure, fail, ok, type Result } from '#/domain/result.ts'
import { productCodeOf, type Sku } from '#/domain/sku.ts'
import { tags } from '../cache/manifest.ts'
import type { Db, Tx } from '../db/client.ts'
import { moveStock } from '../orders/move-stock.ts'

export type UnknownSku = Failure<'UNKNOWN_SKU'>

/** A new price is a new version of the offer. Core and pages hear of it from the same transaction. Returns the new version. */
export function setPrice(db: Db, sku: Sku, priceMinor: number, nowMs: number): Promise<Result<number, UnknownSku>> {
  return db.$transaction((tx) => putNextOffer(tx, sku, { priceMinor, compareAtMinor: null }, nowMs))
}

/** Ends the sale of a SKU from now on: pages drop it, carts that hold it are told at the checkout. */
export function withdraw(db: Db, sku: Sku, nowMs: number): Promise<Result<number, UnknownSku>> {
  const endsAt = new Date(nowMs)
  return db.$transaction(async (tx) => {
    const ended = await putNextOffer(tx, sku, { startsAt: null, endsAt }, nowMs)
    if (ended.ok) await tx.variant.update({ where: { sku }, data: { withdrawnAt: endsAt } })
    return ended
  })
}

/** Adds units to what is on hand, or takes some away; never below what orders hold. */
export function restock(
  db: Db,
  sku: Sku,
  units: number,
  nowMs: number,
): Promise<Result<void, UnknownSku | (Failure<'UNITS_ALLOCATED'> & { readonly free: number })>> {
  return db.$transaction(async (tx) => {
    const [level] = await tx.$queryRaw<{ free: number }[]>`SELECT on_hand - allocated AS free FROM stock WHERE sku = ${sku} FOR UPDATE`
    if (!level) return fail('UNKNOWN_SKU')
    if (level.free + units < 0) return fail('UNITS_ALLOCATED', { free: level.free })
    await moveStock(tx, 'restock', [{ sku, onHandDelta: units, allocatedDelta: 0, droppedReservations: [] }], nowMs)
    return ok(undefined)
  })
}

type OfferChange = { priceMinor?: number; compareAtMinor?: number | null; startsAt?: Date | null; endsAt?: Date | null }

async function putNextOffer(tx: Tx, sku: Sku, change: OfferChange, nowMs: number): Promise<Result<number, UnknownSku>> {
  const [variant] = await tx.$queryRaw<{ offer_version: number }[]>`SELECT offer_version FROM variants WHERE sku = ${sku} FOR UPDATE`
  if (!variant) return fail('UNKNOWN_SKU')
  const current = await tx.offer.findUniqueOrThrow({ where: { sku_version: { sku, version: variant.offer_version } } })
  const version = current.version + 1
  await tx.offer.create({ data: { ...current, ...change, version, createdAt: new Date(nowMs) } })
  await tx.variant.update({ where: { sku }, data: { offerVersion: version } })
  await tx.outboxMessage.createMany({
    data: [
      { topic: 'offer.changed', subject: sku },
      { topic: 'tag.changed', subject: tags.product(productCodeOf(sku)) },
    ],
  })
  return ok(version)
}
