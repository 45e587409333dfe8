import { z } from 'zod'
import { type CounterKey, isAllowance } from '#/domain/counter.ts'
import type { Shard } from '#/domain/sharding.ts'
import type { Db } from '../db/client.ts'
import type { DeadLetterModel } from '../db/generated/models.ts'
import type { IntakeEntry, OrderView, RecordedView } from '../inventory/stock-counters.ts'
import { bareView } from './bare-view.ts'
import { lockAllowances, lockStock, moveAllowances, moveStock } from './move-stock.ts'
import { DEAD_LETTER_RESOLUTIONS, type DeadLetter, type DeadLetterId, type DeadLetterResolution } from './order-book.ts'

/** Sets a record aside, whole, for people to look at, and has its page say so; the rest of its batch goes on. Safe to repeat. */
export async function bury(db: Db, shard: Shard, entry: IntakeEntry, reason: string, nowMs: number): Promise<void> {
  const orderId = withoutNul(entry.orderId)
  await db.$transaction(async (tx) => {
    const { count } = await tx.deadLetter.createMany({
      data: [
        {
          shard,
          entryId: entry.entryId,
          orderId,
          reservationId: withoutNul(entry.reservationId),
          record: Buffer.from(entry.record),
          reason,
          createdAt: new Date(nowMs),
        },
      ],
      skipDuplicates: true,
    })
    if (count > 0 && isOrderId(orderId)) await tx.outboxMessage.create({ data: { topic: 'order.changed', subject: orderId } })
  })
}

/** Text columns refuse NUL; whatever was there, the bytes are in `record`. */
function withoutNul(text: string): string {
  return text.replaceAll('\0', '')
}

function isOrderId(text: string): boolean {
  return z.uuid().safeParse(text).success
}

export async function openDeadLetters(db: Db, limit: number): Promise<DeadLetter[]> {
  const rows = await db.deadLetter.findMany({ where: { closedAt: null }, orderBy: [{ createdAt: 'asc' }, { entryId: 'asc' }], take: limit })
  return rows.map(toDeadLetter)
}

export async function findDeadLetter(db: Db, { shard, entryId }: DeadLetterId): Promise<DeadLetter | null> {
  const row = await db.deadLetter.findUnique({ where: { shard_entryId: { shard, entryId } } })
  return row && toDeadLetter(row)
}

export async function deadLetterOf(db: Db, orderId: string): Promise<DeadLetter | null> {
  return (await newestByOrder(db, [orderId])).get(orderId) ?? null
}

/** Open ones before closed ones: while any is open, somebody still looks into it. */
async function newestByOrder(db: Db, orderIds: readonly string[]): Promise<Map<string, DeadLetter>> {
  const rows = await db.deadLetter.findMany({
    where: { orderId: { in: [...orderIds] } },
    orderBy: [{ closedAt: { sort: 'asc', nulls: 'last' } }, { createdAt: 'asc' }],
  })
  return new Map(rows.map((row) => [row.orderId, toDeadLetter(row)]))
}

export async function resolveDeadLetter(
  db: Db,
  { shard, entryId }: DeadLetterId,
  resolution: DeadLetterResolution,
  nowMs: number,
): Promise<DeadLetterResolution> {
  await db.deadLetter.updateMany({ where: { shard, entryId, closedAt: null }, data: { closedAt: new Date(nowMs), resolution } })
  const row = await db.deadLetter.findUniqueOrThrow({ where: { shard_entryId: { shard, entryId } } })
  return toDeadLetter(row).resolution ?? resolution
}

export function rejectWithoutRow(
  db: Db,
  { shard, entryId }: DeadLetterId,
  held: readonly CounterKey[],
  nowMs: number,
): Promise<DeadLetterResolution> {
  return db.$transaction(async (tx) => {
    const [row] = await tx.$queryRaw<{ orderId: string; reservationId: string; resolution: DeadLetterResolution | null }[]>`
      SELECT order_id AS "orderId", reservation_id AS "reservationId", resolution FROM dead_letters
      WHERE shard = ${shard} AND entry_id = ${entryId} FOR UPDATE`
    if (!row) throw new Error(`no dead letter ${shard}/${entryId}`)
    if (row.resolution) return row.resolution
    const skus = held.filter((key) => !isAllowance(key))
    const allowances = held.filter(isAllowance)
    await lockStock(tx, skus)
    await lockAllowances(tx, allowances)
    const drop = { droppedReservations: [row.reservationId] }
    const stock = skus.map((sku) => ({ sku, onHandDelta: 0, allocatedDelta: 0, ...drop }))
    await moveStock(tx, 'dead-letter', stock, nowMs)
    await moveAllowances(
      tx,
      'dead-letter',
      allowances.map((key) => ({ key, usedDelta: 0, ...drop })),
      nowMs,
    )
    await tx.deadLetter.updateMany({ where: { shard, entryId }, data: { closedAt: new Date(nowMs), resolution: 'rejected' } })
    if (isOrderId(row.orderId)) await tx.outboxMessage.create({ data: { topic: 'order.changed', subject: row.orderId } })
    return 'rejected'
  })
}

/** Until somebody has decided on it, an order that was set aside shows as received, and that a person looks into it. */
export const SET_ASIDE = bareView(0, 'RECEIVED', 'SET_ASIDE')

/** A record that was rejected and that no row could hold. */
const UNREADABLE = bareView(1, 'REJECTED', 'UNREADABLE')

/** What the page shows of an order that has no row but a dead letter. */
export function viewOfDeadLetter({ closedAtMs }: DeadLetter): OrderView {
  return closedAtMs === null ? SET_ASIDE : UNREADABLE
}

/** The views of rows, and of dead letters where there is no row. */
export async function viewsWithDeadLetters(
  db: Db,
  orderIds: readonly string[],
  readViews: (db: Db, orderIds: readonly string[]) => Promise<Map<string, RecordedView>>,
): Promise<Map<string, RecordedView>> {
  const views = await readViews(db, orderIds)
  const without = orderIds.filter((orderId) => !views.has(orderId))
  if (without.length === 0) return views
  for (const [orderId, letter] of await newestByOrder(db, without)) views.set(orderId, { ...viewOfDeadLetter(letter), fingerprint: '' })
  return views
}

/** When core took the record, by its own clock: entries of a stream are numbered by the millisecond. */
function toDeadLetter({
  shard,
  entryId,
  orderId,
  reservationId,
  record,
  reason,
  createdAt,
  closedAt,
  resolution,
}: DeadLetterModel): DeadLetter {
  return {
    shard,
    entryId,
    orderId,
    reservationId,
    placedAtMs: Number(entryId.split('-')[0]),
    record: Buffer.from(record).toString(),
    reason,
    buriedAtMs: createdAt.getTime(),
    closedAtMs: closedAt?.getTime() ?? null,
    resolution: z.enum(DEAD_LETTER_RESOLUTIONS).nullable().parse(resolution),
  }
}
