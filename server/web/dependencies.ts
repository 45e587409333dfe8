import { setTimeout } from 'node:timers/promises'
import { ALL_SHARDS } from '#/domain/sharding.ts'
import { becomesReady } from '../redis/connect.ts'
import { runtime } from './runtime.ts'

const TIMEOUT_MS = 2000
const LOST_SHOWN_MS = 24 * 3600 * 1000

export type Dependency = { readonly ok: boolean; readonly ms: number; readonly without: string }

/** What a person should look into although everything answers. */
export type Trouble = {
  /** What keeps core from what we promise shoppers, in words. */
  readonly core: readonly string[]
  /** Orders that were acknowledged, then lost by core in the last day, and not found since; null while Postgres is away. */
  readonly lostOrders: number | null
}

/** Asked only where the dependencies that it is about answer. */
export async function findTrouble(): Promise<Trouble> {
  const { ports } = runtime()
  const [concerns, lostOrders] = await Promise.all([
    within(ports.core.concerns()),
    within(ports.book.countLost(ports.clock.now() - LOST_SHOWN_MS)),
  ])
  return { core: concerns?.ok ? concerns.value : [], lostOrders }
}

/** Null for what fails or takes too long. */
async function within<T>(asked: Promise<T>): Promise<T | null> {
  return Promise.race([asked.catch(() => null), setTimeout(TIMEOUT_MS, null, { ref: false })])
}

/** Asks each dependency at once, and names what does not work without it. */
export async function checkDependencies(): Promise<Record<'postgres' | 'core' | 'cache', Dependency>> {
  const { ports, cache } = runtime()
  const [postgres, core, cached] = await Promise.all([
    check(async () => ports.db.$queryRaw`SELECT 1`, 'orders wait to be recorded, and new pages to be rendered'),
    check(async () => {
      for (const shard of ALL_SHARDS) {
        const epoch = await ports.counters.epochOf(shard)
        if (!epoch.ok || epoch.value === null) throw new Error('core is away or fenced')
      }
    }, 'no orders are taken'),
    check(async () => {
      if (!(await becomesReady(cache, TIMEOUT_MS))) throw new Error('cache is away')
      await cache.ping()
    }, 'nobody is slowed down'),
  ])
  return { postgres, core, cache: cached }
}

async function check(ask: () => Promise<unknown>, without: string): Promise<Dependency> {
  const startedAt = performance.now()
  const ok = await within(ask().then(() => true))
  return { ok: ok ?? false, ms: Math.round(performance.now() - startedAt), without }
}
