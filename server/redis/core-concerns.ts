import { setTimeout } from 'node:timers/promises'
import type { Result } from '#/domain/result.ts'
import { log } from '../telemetry/log.ts'
import { type CoreNode, fieldOf } from './core-node.ts'

const OLDEST = 7

/**
 * What keeps a node of core from what we promise shoppers, in plain words; none where all is well. `replicas`: how many are waited for.
 * A setting that the node does not let us read is a concern, too. Throws when the node cannot be asked.
 */
export async function concernsOf(
  { redis, address }: CoreNode,
  { replicas, isCluster }: { replicas: number; isCluster: boolean },
): Promise<string[]> {
  const [server, memory, persistence, replication] = await Promise.all(
    ['server', 'memory', 'persistence', 'replication'].map((section) => redis.info(section)) as [Info, Info, Info, Info],
  )
  const [fsync, onRewrite] = await Promise.all(['appendfsync', 'no-appendfsync-on-rewrite'].map((name) => setting(name)))
  const concerns = [
    Number(fieldOf(server, 'redis_version').split('.')[0]) < OLDEST &&
      `it is Redis ${fieldOf(server, 'redis_version')}, older than ${OLDEST}.0`,
    fieldOf(server, 'redis_mode') === 'cluster' && !isCluster && 'it is a node of a cluster: name at least two of them in CORE_REDIS_URL',
    fieldOf(server, 'redis_mode') !== 'cluster' && isCluster && 'CORE_REDIS_URL names several servers, and this one is in no cluster',
    fieldOf(memory, 'maxmemory_policy') !== 'noeviction' &&
      `it evicts what it likes when memory is short (maxmemory-policy ${fieldOf(memory, 'maxmemory_policy')}), orders included: set noeviction`,
    fieldOf(persistence, 'aof_enabled') !== '1' && 'it keeps no log of writes, and a crash loses orders: set appendonly yes',
    fieldOf(persistence, 'aof_last_write_status') === 'err' && 'it could not write its log the last time: look at its disk',
    fsync === null
      ? 'it does not tell when its log is on disk (CONFIG GET appendfsync)'
      : fsync !== 'always' &&
        `its log is on disk later than its answer (appendfsync ${fsync}): a power cut loses the orders of up to a second`,
    onRewrite === 'yes' && 'its log is not on disk while it is rewritten: set no-appendfsync-on-rewrite no',
    fieldOf(replication, 'role') !== 'master' && 'it is a replica, which takes no orders',
    Number(fieldOf(replication, 'connected_slaves')) < replicas &&
      `it has ${fieldOf(replication, 'connected_slaves')} replicas, and placing waits for ${replicas} (CORE_REPLICAS_ACK)`,
  ]
  return concerns.filter((concern) => concern !== false).map((concern) => `${address}: ${concern}`)

  async function setting(name: string): Promise<string | null> {
    const [, value] = await (redis.config('GET', name) as Promise<string[]>).catch(() => [])
    return value ?? null
  }
}

type Info = Promise<string>

const ASK_AGAIN_MS = 5000
const PATIENCE_MS = 60_000

/** Says at the start of a process, loudly, what is wrong with core; a core that is away is asked again for a minute. */
export async function tellConcerns(core: { concerns(): Promise<Result<string[]>> }): Promise<void> {
  const giveUpAt = Date.now() + PATIENCE_MS
  for (;;) {
    const concerns = await core.concerns()
    if (concerns.ok) {
      for (const concern of concerns.value) log.error({ concern }, 'core does not keep what we promise')
      return
    }
    if (Date.now() > giveUpAt) return
    await setTimeout(ASK_AGAIN_MS, undefined, { ref: false })
  }
}
