import { Cluster, Redis } from 'ioredis'

/**
 * A test's own hands on core, past the engine. A cluster looks like one Redis to them, as long as a command, a transaction or a pipeline
 * keeps to one shard.
 */
export function connectHands(url: string): Redis {
  const addresses = url.split(',')
  const [first = ''] = addresses
  if (addresses.length === 1) return quiet(new Redis(first))
  const cluster = new Cluster(addresses, { redisOptions: { password: new URL(first).password }, clusterRetryStrategy: () => 50 })
  const flushall = async () => {
    await Promise.all(cluster.nodes('master').map((node) => node.flushall()))
    return 'OK' as const
  }
  return quiet(Object.assign(cluster, { flushall }) as unknown as Redis)
}

/** Core is killed on purpose. */
function quiet(redis: Redis): Redis {
  redis.on('error', () => {})
  return redis
}
