import { type CounterKey, isAllowance } from '#/domain/counter.ts'
import type { RejectReason } from '#/domain/intake.ts'
import { type Failure, fail, ok, type Result } from '#/domain/result.ts'
import type { CoreFailure } from '../redis/core.ts'
import { checkEntries, idsSchema } from './check-entries.ts'
import type { DeadLetter, DeadLetterResolution, IntakeOrder } from './order-book.ts'
import { fingerprintOf, type PlacedOrder, readPlacedOrder } from './placed-order.ts'
import type { Ports } from './ports.ts'

type Engine = Pick<Ports, 'book' | 'clock'>

/** Why a dead letter stays one. */
export type StillDead = Failure<'STILL_DEAD'> & { readonly reason: string }
/** Intake holds the shard all the time. */
export type Busy = Failure<'BUSY'>

/** What a person has decided to be no order of ours. The shopper reads of it as REJECTED. */
export const NOT_ACCEPTED = 'NOT_ACCEPTED' satisfies RejectReason

/** Looks for a gap between two batches of intake, and how long it waits between two looks. */
const LOOKS = 200
const PAUSE_MS = 50

/** What a dead letter says was ordered; null where it cannot be read. NUL, which no column holds, is left out. */
export function orderIn({ record }: Pick<DeadLetter, 'record'>): PlacedOrder | null {
  return readPlacedOrder(readable(record))
}

/** The letter as an order that intake would take, or why it would not. Changes nothing. */
export async function checkDeadLetter({ book }: Pick<Ports, 'book'>, letter: DeadLetter): Promise<Result<IntakeOrder, StillDead>> {
  const [entry] = await checkEntries({ book }, [{ ...letter, record: readable(letter.record) }])
  if (!entry) throw new Error('one entry was to be checked')
  return entry.checked.ok ? entry.checked : fail('STILL_DEAD', { reason: entry.checked.code })
}

/** Takes the record in as intake would have, should what it lacked be there by now. Safe to repeat and to race with closing it. */
export async function retryDeadLetter(engine: Engine, letter: DeadLetter): Promise<Result<DeadLetterResolution, StillDead | Busy>> {
  if (letter.resolution) return ok(letter.resolution)
  const checked = await checkDeadLetter(engine, letter)
  if (!checked.ok) return checked
  return settle(engine, letter, checked.value)
}

/**
 * Rejects the order and drops what it holds, which `findHeld` says, in one step. Where no row can hold the record, the letter itself tells
 * the page. Safe to repeat and to race with trying it again.
 */
export async function closeDeadLetter(
  engine: Engine,
  letter: DeadLetter,
  findHeld: () => Promise<Result<CounterKey[], CoreFailure>>,
): Promise<Result<DeadLetterResolution, Busy | CoreFailure>> {
  if (letter.resolution) return ok(letter.resolution)
  const held = await findHeld()
  if (!held.ok) return held
  const order = orderIn(letter)
  const ids = idsSchema.safeParse(letter)
  if (order && ids.success) {
    const allowances = held.value.filter(isAllowance).map((key) => ({ key, units: 0, limit: 0 }))
    const settled = await settle(engine, letter, {
      ...ids.data,
      order,
      fingerprint: fingerprintOf(order),
      allowances,
      refusedFor: NOT_ACCEPTED,
    })
    if (settled.ok || settled.code === 'BUSY') return settled
  }
  return ok(await engine.book.rejectWithoutRow(letter, held.value, engine.clock.now()))
}

/** Of several decisions the first that is an order's row counts; the letter notes it, and whoever came later learns of it. */
async function settle(
  { book, clock }: Engine,
  letter: DeadLetter,
  order: IntakeOrder,
): Promise<Result<DeadLetterResolution, StillDead | Busy>> {
  for (let look = 1; look <= LOOKS; look += 1) {
    const taken = await book.takeIn(letter.shard, [order], clock.now())
    if (taken.ok) {
      const resolution = taken.value.superseded > 0 ? 'superseded' : await decisionOn(order.orderId)
      return ok(await book.resolveDeadLetter(letter, resolution, clock.now()))
    }
    if (taken.code === 'DATA_ERROR') return fail('STILL_DEAD', { reason: `DATA_ERROR ${taken.sqlState}` })
    await clock.sleep(PAUSE_MS)
  }
  return fail('BUSY')

  async function decisionOn(orderId: string): Promise<DeadLetterResolution> {
    const view = (await book.views([orderId])).get(orderId)
    return view?.reason === NOT_ACCEPTED ? 'rejected' : 'retried'
  }
}

function readable(record: string): string {
  try {
    return JSON.stringify(JSON.parse(record, (_, value: unknown) => (typeof value === 'string' ? value.replaceAll('\0', '') : value)))
  } catch {
    return record
  }
}
