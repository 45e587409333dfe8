import { type CounterKey, shardOfCounter } from '#/domain/counter.ts'
import { ALL_SHARDS, type Shard } from '#/domain/sharding.ts'
import { sku } from '#/domain/sku.ts'
import { checkEntries } from '../orders/check-entries.ts'
import type { IsRecorded } from '../orders/order-book.ts'
import { readPlacedOrder } from '../orders/placed-order.ts'
import type { Ports } from '../orders/ports.ts'
import type { IntakeEntry } from './stock-counters.ts'

/** Dead letters whose units stay held; whoever had more of them open would have other worries. */
const MOST_LETTERS = 10_000

/** Units by counter and reservation. */
export type Held = Map<CounterKey, Map<string, number>>

/**
 * What records that wait on any shard, for intake or for a person, hold of the counters of one: a cart across shards is recorded on one of
 * them only. A record of an order that Postgres has by now holds nothing any more: its movement counts, or that of the attempt before it.
 */
export async function readHeld(engine: Pick<Ports, 'counters' | 'book'>, shard: Shard, isRecorded: IsRecorded): Promise<Held> {
  const streams = await Promise.all(ALL_SHARDS.map((each) => engine.counters.waitingIntake(each)))
  const records = streams.flatMap((stream): IntakeEntry[] => {
    if (!stream.ok) throw new Error(`the records of a shard cannot be read: ${stream.code}`)
    return stream.value
  })
  // After the streams: a record is set aside before it leaves its stream.
  const waiting = [...records, ...(await engine.book.openDeadLetters(MOST_LETTERS))]
  const recorded = await isRecorded(waiting)
  const held: Held = new Map()
  for (const { entry, checked } of await checkEntries(engine, waiting)) {
    if (recorded.has(entry.orderId)) continue
    const taken = checked.ok ? [...checked.value.order.lines.map(toTaken), ...checked.value.allowances.map(toUsed)] : takenBy(entry)
    for (const { key, units } of taken) {
      if (shardOfCounter(key) !== shard) continue
      const reservations = held.get(key) ?? new Map<string, number>()
      held.set(key, reservations.set(entry.reservationId, units))
    }
  }
  return held
}

type Taken = { readonly key: CounterKey; readonly units: number }

function toTaken(line: { sku: string; quantity: number }): Taken {
  return { key: sku(line.sku), units: line.quantity }
}

function toUsed({ key, units }: Taken): Taken {
  return { key, units }
}

/** A record that can never become an order holds its stock until somebody closes it; a damaged one nothing, as nobody can say of what. */
function takenBy(entry: IntakeEntry): Taken[] {
  return readPlacedOrder(entry.record)?.lines.map(toTaken) ?? []
}
