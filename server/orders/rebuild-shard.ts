import { z } from 'zod'
import { type Shard, shardOf } from '#/domain/sharding.ts'
import { sku } from '#/domain/sku.ts'
import type { Db, Tx } from '../db/client.ts'
import { sqlStateOf } from '../db/sql-state.ts'
import type { WriteSnapshots } from './order-book.ts'
import { INTAKE_LOCK } from './take-in.ts'

export async function epochOf(db: Db, shard: Shard): Promise<string | null> {
  const row = await db.coreEpoch.findUnique({ where: { shard } })
  return row?.epoch ?? null
}

export async function readEpochs(db: Db): Promise<Map<Shard, string>> {
  const rows = await db.coreEpoch.findMany()
  return new Map(rows.map(({ shard, epoch }) => [shard, epoch]))
}

/** Far longer than a rebuild of 100,000 SKUs takes; nothing else may write the shard meanwhile. */
const REBUILD_TIMEOUT_MS = 120_000

/**
 * Holds the shard's writer lock, so that no intake commits, while `write` fills core; then commits the epoch that core carries from now on,
 * if `write` says that it did. Does nothing where the lock stays taken. Other changes (a cancel, a restock) may commit meanwhile: their
 * movements come after the snapshot's versions.
 */
export function rebuild(db: Db, shard: Shard, epoch: string, nowMs: number, write: WriteSnapshots): Promise<void> {
  return db.$transaction(
    async (tx) => {
      if (!(await waitForShard(tx, shard))) return
      await tx.$executeRaw`SELECT set_config('idle_in_transaction_session_timeout', ${`${REBUILD_TIMEOUT_MS}ms`}, true)`
      const rows = await tx.stock.findMany({ orderBy: { sku: 'asc' } })
      const levels = rows.map(({ sku: unit, ...level }) => [sku(unit), level] as const).filter(([unit]) => shardOf(unit) === shard)
      const written = await write(new Map(levels), async (orders) => {
        const ids = orders.map((order) => order.orderId).filter((id) => z.uuid().safeParse(id).success)
        const recorded = await tx.$queryRaw<{ id: string }[]>`
          SELECT id::text FROM orders WHERE id = ANY(${ids}::uuid[])`
        return new Set(recorded.map((row) => row.id))
      })
      if (!written) return
      const opened = { epoch, openedAt: new Date(nowMs) }
      await tx.coreEpoch.upsert({ where: { shard }, create: { shard, ...opened }, update: opened })
    },
    { timeout: REBUILD_TIMEOUT_MS, maxWait: 5000 },
  )
}

const LOCK_NOT_AVAILABLE = '55P03'

/** Takes the shard's writer lock when the batch at hand is over: an intake that has much to do never leaves it free for whoever only tries. */
async function waitForShard(tx: Tx, shard: Shard): Promise<boolean> {
  try {
    await tx.$executeRaw`SELECT set_config('lock_timeout', '2s', true)`
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(${INTAKE_LOCK}::int, ${shard}::int)`
    return true
  } catch (error) {
    if (sqlStateOf(error) === LOCK_NOT_AVAILABLE) return false
    throw error
  }
}
