import { type CounterKey, isAllowance, shardOfCounter } from '#/domain/counter.ts'
import { ok, type Result } from '#/domain/result.ts'
import { ALL_SHARDS, type Shard } from '#/domain/sharding.ts'
import type { Db } from '../db/client.ts'
import type { Ports } from '../orders/ports.ts'
import type { Core, CoreFailure } from '../redis/core.ts'
import { type AuditedRow, auditAllowances, auditCounters, auditStock, type LedgerAt, ledgerAt, NO_ROW, settledAt } from './audit-ledger.ts'
import { compareCounter, faultsOf } from './compare-counter.ts'
import { compareCodes, compareOffers } from './compare-offers.ts'
import type { Drift } from './drift.ts'
import { type CoreCounter, readCounters, reservationsUnderWay, scanCounters, waitingReservations } from './inspect-core.ts'

export type Inspector = Pick<Ports, 'counters' | 'book' | 'clock'> & { readonly db: Db; readonly core: Core }

/** What a look covers: everything, or what was suspicious in the one before. */
export type Scope = { readonly counters: readonly CounterKey[]; readonly codes: readonly string[] } | 'all'

export type Look = { readonly drifts: Drift[]; readonly rows: number; readonly unread: CounterKey[] }

const PAGE = 200

/**
 * One look at core and Postgres, in the order that makes it fair: counters, then who might hold, then the ledger. What a look tells of a
 * counter is so at every moment, however much is placed meanwhile; what is merely late looks the same as what was forgotten.
 */
export async function lookForDrift(inspector: Inspector, scope: Scope): Promise<Result<Look, CoreFailure>> {
  const { counters, book, db, core } = inspector
  const epochs = await readOpenEpochs(inspector)
  if (!epochs.ok) return epochs
  const drifts: Drift[] = ALL_SHARDS.filter((shard) => !epochs.value.has(shard)).map((shard) => ({ kind: 'SHARD_CLOSED', shard, key: '' }))
  const isOpen = (shard: Shard) => epochs.value.has(shard)

  const rows = new Map<CounterKey, AuditedRow>()
  for await (const row of auditedRows(db, scope)) rows.set(row.key, row)
  for (const row of rows.values()) drifts.push(...faultsOf(row))
  const faulty = new Set(drifts.filter(({ kind }) => kind === 'MOVEMENTS_DIFFER').map(({ key }) => key))
  // Of an allowance that only waiting records use so far Postgres has no row.
  const unused = scope === 'all' ? await scanCounters(core, 'allow') : ok(scope.counters)
  if (!unused.ok) return unused
  const comparable = [...new Set([...rows.keys(), ...unused.value])].filter((key) => isOpen(shardOfCounter(key)))

  const read = await readCounters(core, comparable)
  if (!read.ok) return read
  const holders = await readHolders(inspector, read.value)
  if (!holders.ok) return holders
  const ledger = await readLedger(db, read.value)
  for (const [key, counter] of read.value) {
    if (!faulty.has(key)) drifts.push(...compareCounter(key, counter, ledger.get(key) ?? NO_ROW, holders.value))
  }
  const offers = await compareOffers(
    counters,
    book,
    comparable.filter((key) => !isAllowance(key)),
  )
  const codes = await compareCodes(counters, book, scope === 'all' ? 'all' : scope.codes, isOpen)
  for (const compared of [offers, codes]) {
    if (!compared.ok) return compared
    drifts.push(...compared.value)
  }
  // A shard that was closed or rebuilt meanwhile was seen half in one life and half in another.
  const after = await readOpenEpochs(inspector)
  if (!after.ok) return after
  const settled = drifts.filter(({ kind, shard }) => kind === 'SHARD_CLOSED' || epochs.value.get(shard) === after.value.get(shard))
  return ok({
    drifts: await datedLeaks(db, settled),
    rows: rows.size,
    unread: [...read.value].flatMap(([key, counter]) => (counter && counter.held === null ? [key] : [])),
  })
}

/** The shards that take orders, with the life they are in: core and Postgres agree on it. */
async function readOpenEpochs({ counters, book }: Inspector): Promise<Result<Map<Shard, string>, CoreFailure>> {
  const open = new Map<Shard, string>()
  for (const shard of ALL_SHARDS) {
    const carried = await counters.epochOf(shard)
    if (!carried.ok) return carried
    if (carried.value !== null && carried.value === (await book.epochOf(shard))) open.set(shard, carried.value)
  }
  return ok(open)
}

async function* auditedRows(db: Db, scope: Scope): AsyncGenerator<AuditedRow> {
  if (scope !== 'all') {
    yield* await auditCounters(db, scope.counters)
    return
  }
  for (const audit of [auditStock, auditAllowances]) {
    for (let after = ''; ; ) {
      const page = await audit(db, { after, limit: PAGE })
      yield* page
      const last = page.at(-1)
      if (!last || page.length < PAGE) break
      after = last.key
    }
  }
}

/**
 * Every reservation that somebody stands behind: a placing under way, then a record that waits, then a dead letter. In this order, because
 * that is the way of a placing: what left one place while it was read is found in the next, and at last among the ledger's movements.
 */
async function readHolders(
  { db, core }: Inspector,
  counters: ReadonlyMap<CounterKey, CoreCounter | null>,
): Promise<Result<Set<string>, CoreFailure>> {
  const reservations = new Set([...counters.values()].flatMap((counter) => [...(counter?.held?.keys() ?? [])]))
  if (reservations.size === 0) return ok(reservations)
  const holders = new Set<string>()
  for (const read of [reservationsUnderWay, waitingReservations]) {
    for (const shard of ALL_SHARDS) {
      const found = await read(core, shard)
      if (!found.ok) return found
      for (const reservation of found.value) holders.add(reservation)
    }
  }
  const others = [...reservations].filter((reservation) => !holders.has(reservation))
  const letters = await db.deadLetter.findMany({
    where: { closedAt: null, reservationId: { in: others } },
    select: { reservationId: true },
  })
  for (const { reservationId } of letters) holders.add(reservationId)
  return ok(holders)
}

async function readLedger(db: Db, counters: ReadonlyMap<CounterKey, CoreCounter | null>): Promise<Map<CounterKey, LedgerAt>> {
  const applied = [...counters].map(([key, counter]) => [key, counter?.applied ?? 0] as const)
  const ledger = new Map<CounterKey, LedgerAt>()
  for (let from = 0; from < applied.length; from += PAGE) {
    for (const [key, at] of await ledgerAt(db, new Map(applied.slice(from, from + PAGE)))) ledger.set(key, at)
  }
  return ledger
}

/** Leaks with the time at which Postgres settled them, which is how old they are. */
async function datedLeaks(db: Db, drifts: readonly Drift[]): Promise<Drift[]> {
  const leaks = drifts.flatMap((drift) => (drift.kind === 'RESERVATION_LEAKED' ? [drift] : []))
  const known = await settledAt(db, leaks)
  return drifts.map((drift) =>
    drift.kind === 'RESERVATION_LEAKED' ? { ...drift, recordedAtMs: known.get(drift.reservationId) ?? null } : drift,
  )
}
