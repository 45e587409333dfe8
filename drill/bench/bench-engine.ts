import { openShards } from '#/server/inventory/open-shards.ts'
import { eventually } from '../engine/eventually.ts'
import { startTestEngine, type TestEngine } from '../engine/test-engine.ts'
import { BENCH_STOCK, BENCH_STOCK_KEY } from './redis-benchmark.ts'

export type Fsync = 'always' | 'everysec'

/** More units than any measurement sells. */
export const PLENTY = 1_000_000_000

/** The engine on servers that put on disk what they acknowledge, with a way back to empty between rounds. */
export type BenchEngine = TestEngine & {
  setFsync(fsync: Fsync): Promise<void>
  /** No order in Postgres nor in core, every unit there again, logs rewritten. */
  clear(): Promise<void>
}

export async function startBenchEngine(): Promise<BenchEngine> {
  const engine = await startTestEngine({ durable: true })
  const { db, core } = engine

  // A store rewrites its log now and then, and it takes seconds: here only between rounds, or it would be a matter of luck whom it hits.
  await core.redis.config('SET', 'auto-aof-rewrite-percentage', 0)

  async function clear(): Promise<void> {
    await db.$executeRaw`TRUNCATE orders, order_lines, order_events, outbox_messages, stock_movements, dead_letters CASCADE`
    await db.$executeRaw`UPDATE stock SET allocated = 0`
    await core.redis.flushall('SYNC')
    await core.redis.set(BENCH_STOCK_KEY, BENCH_STOCK)
    await openShards(engine)
    await core.redis.bgrewriteaof()
    await logIsRewritten()
    await db.$executeRawUnsafe('CHECKPOINT')
  }

  function logIsRewritten(): Promise<unknown> {
    return eventually('the log of core is rewritten', async () => {
      const told = await core.redis.info('persistence')
      return told.includes('aof_rewrite_in_progress:0') && told.includes('aof_rewrite_scheduled:0')
    })
  }

  return {
    ...engine,
    clear,
    setFsync: async (fsync) => {
      await core.redis.config('SET', 'appendfsync', fsync)
    },
  }
}
