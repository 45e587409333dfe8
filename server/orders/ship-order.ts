import { inSum, type Units, unshippedUnits } from '#/domain/refund.ts'
import { fail, ok, type Result } from '#/domain/result.ts'
import type { Db, Tx } from '../db/client.ts'
import type { NewShipment, Shipped, ShipRefusal } from './fulfilment-book.ts'
import { fingerprint, isPaid, type LockedOrder, lockOrder, moveLines, noteStep, ONE_STEP, sameUnits } from './order-step.ts'
import { MAIL_CHECK_MS } from './outbox.ts'

/** One transaction: the parcel, its units, their stock, the order's step and the mail that tells of it. See fulfilment-book.ts. */
export function shipOrder(db: Db, shipment: NewShipment): Promise<Result<Shipped, ShipRefusal>> {
  return db.$transaction((tx) => ship(tx, shipment), ONE_STEP)
}

async function ship(tx: Tx, shipment: NewShipment): Promise<Result<Shipped, ShipRefusal>> {
  const { shipmentId, orderId, carrier, tracking, nowMs } = shipment
  const order = await lockOrder(tx, orderId)
  if (!order) return fail('ORDER_MISSING')
  const asked = fingerprint(orderId, carrier, tracking, sameUnits(shipment.units))
  const before = await tx.shipment.findUnique({ where: { id: shipmentId }, include: { lines: { orderBy: { position: 'asc' } } } })
  if (before?.fingerprint === asked) return ok({ units: before.lines.map(toUnits), unitsLeft: unitsLeft(order), isNew: false })
  if (before) return fail('SHIPMENT_CHANGED')
  if (!isPaid(order)) return fail('ORDER_NOT_PAID')
  const units = pick(order, shipment.units)
  if (!units.ok) return units

  // First of all that is written: where another order has that id, nothing else has happened yet.
  const row = {
    id: shipmentId,
    orderId,
    fingerprint: asked,
    carrier,
    tracking,
    at: new Date(nowMs),
    mailDueAt: new Date(nowMs + MAIL_CHECK_MS),
  }
  const { count } = await tx.shipment.createMany({ data: [row], skipDuplicates: true })
  if (count === 0) return fail('SHIPMENT_CHANGED')
  await tx.shipmentLine.createMany({ data: units.value.map((line) => ({ shipmentId, ...line })) })
  for (const { position, quantity } of units.value) {
    await tx.orderLine.update({ where: { orderId_position: { orderId, position } }, data: { shipped: { increment: quantity } } })
  }
  const moves = units.value.map(({ position, quantity }) => ({ position, onHandDelta: -quantity, allocatedDelta: -quantity }))
  await moveLines(tx, order, 'ship', moves, nowMs)
  const after = afterShipping(order, units.value)
  await noteStep(tx, after, { kind: 'shipped', detail: { shipmentId, carrier, tracking }, nowMs })
  await tx.outboxMessage.create({ data: { topic: 'mail.send', subject: `${orderId}/shipped/${shipmentId}` } })
  return ok({ units: units.value, unitsLeft: unitsLeft(after), isNew: true })
}

function pick({ lines }: LockedOrder, units: NewShipment['units']): Result<readonly Units[], ShipRefusal> {
  const wanted =
    units === 'all' ? lines.map((line) => ({ position: line.position, quantity: unshippedUnits(line) })).filter(isSome) : inSum(units)
  if (wanted.length === 0) return fail('NOTHING_LEFT')
  for (const { position, quantity } of wanted) {
    const line = lines.find((candidate) => candidate.position === position)
    if (!line) return fail('UNKNOWN_LINE', { position })
    if (quantity > unshippedUnits(line)) return fail('TOO_MANY_UNITS', { position, left: unshippedUnits(line) })
  }
  return ok(wanted)
}

function afterShipping(order: LockedOrder, units: readonly Units[]): LockedOrder {
  const left = new Map(units.map(({ position, quantity }) => [position, quantity]))
  return { ...order, lines: order.lines.map((line) => ({ ...line, shipped: line.shipped + (left.get(line.position) ?? 0) })) }
}

function unitsLeft({ lines }: LockedOrder): number {
  return lines.reduce((sum, line) => sum + unshippedUnits(line), 0)
}

function isSome({ quantity }: Units): boolean {
  return quantity > 0
}

function toUnits({ position, quantity }: Units): Units {
  return { position, quantity }
}
