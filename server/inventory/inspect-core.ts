import { z } from 'zod'
import type { CounterKey } from '#/domain/counter.ts'
import { ok, type Result } from '#/domain/result.ts'
import { ALL_SHARDS, type Shard } from '#/domain/sharding.ts'
import type { Core, CoreFailure } from '../redis/core.ts'
import { counterKeys, shardKeys } from '../redis/keys.ts'
import { scanKeys } from '../redis/scan-keys.ts'
import { scripts } from '../redis/scripts.ts'
import { readLeg } from './leg-entry.ts'

/** A counter of core with what is held of it, as they stood at one moment. */
export type CoreCounter = {
  readonly available: number
  readonly applied: number
  /** Units by reservation; null where there are more reservations than a look may read. */
  readonly held: ReadonlyMap<string, number> | null
  readonly reservations: number
}

/** Reservations of one counter that a look reads: more would hold core for longer than a placing may wait. */
const MOST_HELD = 20_000

/** Counters asked for at once, so that placings of shoppers find their turn in between. */
const AT_ONCE = 20

/** These counters; one that core does not know is null. */
export function readCounters(core: Core, keys: readonly CounterKey[]): Promise<Result<Map<CounterKey, CoreCounter | null>, CoreFailure>> {
  return forEach(keys, async (key) => {
    const { count, held } = counterKeys(key)
    const reply = await core.run(scripts.readCounter, [count, held], [MOST_HELD])
    return reply.ok ? ok(toCounter(reply.value)) : reply
  })
}

/** Units that a reservation holds, by counter; of these counters, or of all that core has. */
export async function unitsHeldBy(
  core: Core,
  reservationId: string,
  of: readonly CounterKey[] | 'all',
): Promise<Result<Map<CounterKey, number>, CoreFailure>> {
  const keys = of === 'all' ? await scanCounters(core, 'held') : ok([...of])
  if (!keys.ok) return keys
  const held = await forEach(keys.value, (key) => {
    const { held } = counterKeys(key)
    return core.call(held, (redis) => redis.hget(held, reservationId))
  })
  if (!held.ok) return held
  return ok(new Map([...held.value].flatMap(([key, units]) => (units === null ? [] : [[key, Number(units)] as const]))))
}

/** Every allowance that core counts, or every counter of which something is held. */
export async function scanCounters(core: Core, what: 'allow' | 'held'): Promise<Result<CounterKey[], CoreFailure>> {
  const found = new Set<CounterKey>()
  for (const shard of ALL_SHARDS) {
    const pattern = shardKeys(shard).all(what)
    const scanned = await core.call(pattern, async (redis) => {
      for await (const keys of scanKeys(redis, pattern)) {
        for (const key of keys) found.add(key.slice(key.indexOf(`:${what}:`) + what.length + 2) as CounterKey)
      }
    })
    if (!scanned.ok) return scanned
  }
  return ok([...found])
}

/** Entries of a stream that a call reads. */
const PAGE = 1000

const pageSchema = z.tuple([z.string()]).rest(z.string())

/** Every reservation that a record in a shard's stream names. One that is taken in meanwhile may or may not be among them. */
export async function waitingReservations(core: Core, shard: Shard): Promise<Result<Set<string>, CoreFailure>> {
  const found = new Set<string>()
  for (let from = '-'; ; ) {
    const reply = await core.run(scripts.readReservations, [shardKeys(shard).orders], [from, PAGE])
    if (!reply.ok) return reply
    const [last, ...reservations] = pageSchema.parse(reply.value)
    for (const reservation of reservations) found.add(reservation)
    if (last === '') return ok(found)
    from = `(${last}`
  }
}

/** Every reservation of a placing that took something of this shard and is, or may be, still under way. */
export async function reservationsUnderWay(core: Core, shard: Shard): Promise<Result<Set<string>, CoreFailure>> {
  const key = shardKeys(shard).legs
  const legs = await core.call(key, (redis) => redis.zrange(key, '0', '-1'))
  return legs.ok ? ok(new Set(legs.value.flatMap((leg) => readLeg(shard, leg)).map((leg) => leg.reservationId))) : legs
}

const counterSchema = z.tuple([z.string(), z.string(), z.int()]).rest(z.string())

function toCounter(reply: unknown): CoreCounter | null {
  const [available, applied, reservations, ...words] = counterSchema.parse(reply)
  if (available === '' && applied === '') return null
  const held = new Map<string, number>()
  for (let i = 0; i + 1 < words.length; i += 2) held.set(words[i] as string, Number(words[i + 1]))
  return { available: Number(available), applied: Number(applied), held: reservations > MOST_HELD ? null : held, reservations }
}

/** One answer a key, a few at a time; the first failure is the failure of all. */
async function forEach<K, T>(
  keys: readonly K[],
  ask: (key: K) => Promise<Result<T, CoreFailure>>,
): Promise<Result<Map<K, T>, CoreFailure>> {
  const answers = new Map<K, T>()
  for (let from = 0; from < keys.length; from += AT_ONCE) {
    const some = keys.slice(from, from + AT_ONCE)
    const replies = await Promise.all(some.map(ask))
    for (const [i, reply] of replies.entries()) {
      if (!reply.ok) return reply
      answers.set(some[i] as K, reply.value)
    }
  }
  return ok(answers)
}
