import { type CounterKey, shardOfCounter } from '#/domain/counter.ts'
import type { Shard } from '#/domain/sharding.ts'
import type { Movement } from '../inventory/stock-counters.ts'
import { log } from '../telemetry/log.ts'
import type { Ports } from './ports.ts'

/** Movements of one counter that are read at a time while it catches up. */
const MOVEMENTS_PAGE = 500

type Engine = Pick<Ports, 'counters' | 'book'>
type Behind = { readonly key: CounterKey; readonly after: number; readonly version: number }

/**
 * Replays the movements that core has not seen. Returns the counters that are still behind: their shard is away, fenced, or misses a
 * movement; those of other shards are none the worse for it. A core that is ahead of Postgres is fenced, and upkeep rebuilds it.
 */
export async function catchUpCounters({ counters, book }: Engine, keys: readonly CounterKey[]): Promise<Set<CounterKey>> {
  const left = new Set<CounterKey>()
  if (keys.length === 0) return left
  const [epochs, versions] = await Promise.all([book.epochs(), book.versionsOf(keys)])
  const byShard = [...Map.groupBy(versions.keys(), shardOfCounter)]
  const behind = await Promise.all(byShard.map(([shard, own]) => findBehind(shard, own)))
  for (let waiting = behind.flat(); waiting.length > 0; ) waiting = await replay(waiting)
  return left

  async function findBehind(shard: Shard, own: readonly CounterKey[]): Promise<Behind[]> {
    const applied = await counters.appliedVersions(own)
    if (!applied.ok || !epochs.has(shard)) return leave(own)
    const ahead = await findAhead(own, applied.value)
    if (ahead) {
      log.error({ shard, counter: ahead }, 'core is ahead of Postgres: the shard is fenced')
      await counters.fence(shard)
      return leave(own)
    }
    return own
      .map((key) => ({ key, after: applied.value.get(key) ?? 0, version: versions.get(key) ?? 0 }))
      .filter(({ after, version }) => after < version)
  }

  /** What is ahead of versions that were read before may only have been told of a commit in between: they are read anew. */
  async function findAhead(own: readonly CounterKey[], applied: ReadonlyMap<CounterKey, number>): Promise<CounterKey | undefined> {
    const isBeyond = (known: ReadonlyMap<CounterKey, number>) => (key: CounterKey) => (applied.get(key) ?? 0) > (known.get(key) ?? 0)
    const suspects = own.filter(isBeyond(versions))
    return suspects.length > 0 ? suspects.find(isBeyond(await book.versionsOf(suspects))) : undefined
  }

  /** One page of movements for each; returns those that need another. */
  async function replay(waiting: readonly Behind[]): Promise<Behind[]> {
    const pages = await book.movementsAfter(waiting, MOVEMENTS_PAGE)
    const reached = await Promise.all(waiting.map((counter) => applyPage(counter, pages.get(counter.key) ?? [])))
    return reached.filter((counter) => counter !== null)
  }

  async function applyPage({ key, after, version }: Behind, movements: readonly Movement[]): Promise<Behind | null> {
    if (movements[0]?.version !== after + 1) {
      log.error({ counter: key, after }, 'movements have a gap')
      leave([key])
      return null
    }
    const applied = await counters.applyMovements(key, epochs.get(shardOfCounter(key)) ?? '', movements)
    if (!applied.ok) {
      leave([key])
      return null
    }
    return applied.value < version ? { key, after: applied.value, version } : null
  }

  function leave(keysLeft: readonly CounterKey[]): never[] {
    for (const key of keysLeft) left.add(key)
    return []
  }
}
