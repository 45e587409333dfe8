import type { Shard } from '#/domain/sharding.ts'
import type { Db } from '../db/client.ts'
import type { IntakeEntry } from '../inventory/stock-counters.ts'

/** Sets a record aside, whole, for people to look at; the rest of its batch goes on. Safe to repeat. */
export async function bury(db: Db, shard: Shard, entry: IntakeEntry, reason: string, nowMs: number): Promise<void> {
  const { entryId, orderId, reservationId } = entry
  await db.deadLetter.createMany({
    data: [
      {
        shard,
        entryId,
        orderId: withoutNul(orderId),
        reservationId: withoutNul(reservationId),
        record: Buffer.from(entry.record),
        reason,
        createdAt: new Date(nowMs),
      },
    ],
    skipDuplicates: true,
  })
}

/** Text columns refuse NUL; whatever was there, the bytes are in `record`. */
function withoutNul(text: string): string {
  return text.replaceAll('\0', '')
}
