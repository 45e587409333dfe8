import { ALL_SHARDS } from '#/domain/sharding.ts'
import { becomesReady } from '../redis/connect.ts'
import { runtime } from './runtime.ts'

const TIMEOUT_MS = 2000

export type Dependency = { readonly ok: boolean; readonly ms: number; readonly without: string }

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
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), TIMEOUT_MS)
  })
  const ok = await Promise.race([ask(), late]).then(
    () => true,
    () => false,
  )
  clearTimeout(timer)
  return { ok, ms: Math.round(performance.now() - startedAt), without }
}
