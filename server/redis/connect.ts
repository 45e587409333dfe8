import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { log } from '../telemetry/log.ts'

/** Longer than a slow fsync, shorter than a shopper's patience. */
export const COMMAND_TIMEOUT_MS = 3000

/** Addresses after commas are nodes of one cluster; one address is one Redis. */
export function addressesOf(url: string): string[] {
  return url.split(',').map((address) => address.trim())
}

type Options = Omit<RedisOptions, 'replyMapping'>

const COMMAND: Options = {
  commandTimeout: COMMAND_TIMEOUT_MS,
  // A connection that was dropped without a word would stay ready for a quarter of an hour. Longer than any wait on the server.
  socketTimeout: 10_000,
  connectTimeout: 2000,
  // A placing that waited in a queue would be carried out after the shopper was told that it failed.
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  retryStrategy: reconnectDelay,
}

/** A connection for commands: answers or fails within a bounded time, never queues while disconnected, never resends. */
export function connectRedis(url: string, name: string, options: Options = {}): Redis {
  return watch(new Redis(url, { ...COMMAND, connectionName: `saleday-${name}`, ...options }), name)
}

/**
 * A connection for BullMQ's producers: a command waits for it to be made, but no longer than it may take. A job that is added late after all
 * does no harm, for every job can run twice.
 */
export function producingConnection(url: string, name: string): Redis | Cluster {
  return connectQueues(url, name, { ...COMMAND, enableOfflineQueue: true, maxRetriesPerRequest: 1 })
}

/** A connection that waits on the server for work and comes back by itself: BullMQ's workers. */
export function waitingConnection(url: string, name: string): Redis | Cluster {
  return connectQueues(url, name, { maxRetriesPerRequest: null, retryStrategy: reconnectDelay })
}

/** One Redis, or the cluster's client of ioredis: it may send a command twice around a failover, which a queue of jobs bears. */
function connectQueues(url: string, name: string, options: Options): Redis | Cluster {
  const addresses = addressesOf(url)
  const [first = ''] = addresses
  const { retryStrategy: _, enableOfflineQueue: __, ...nodeOptions } = { ...options, connectionName: `saleday-${name}` }
  if (addresses.length === 1) return watch(new Redis(first, { ...options, connectionName: nodeOptions.connectionName }), name)
  const { username, password, protocol } = new URL(first)
  const redisOptions = {
    ...nodeOptions,
    ...(username ? { username: decodeURIComponent(username) } : {}),
    ...(password ? { password: decodeURIComponent(password) } : {}),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
  }
  return watch(new Cluster(addresses, { redisOptions, clusterRetryStrategy: reconnectDelay }), name)
}

/** Resolves to whether the connection is ready, waiting for one that is being made no longer than this. */
export async function becomesReady(redis: Redis, withinMs: number): Promise<boolean> {
  if (redis.status === 'ready') return true
  if (redis.status === 'wait') redis.connect().catch(() => {}) // its watcher speaks of it
  return new Promise((resolve) => {
    const settle = (ready: boolean) => {
      clearTimeout(timer)
      redis.off('ready', onReady)
      resolve(ready)
    }
    const onReady = () => settle(true)
    const timer = setTimeout(() => settle(false), withinMs)
    redis.once('ready', onReady)
  })
}

/** 50 ms doubling to 1 s, with as much jitter again, so that a fleet does not come back in step. */
function reconnectDelay(times: number): number {
  const delay = Math.min(1000, 50 * 2 ** Math.min(times, 10))
  return delay / 2 + (Math.random() * delay) / 2
}

/** Says once that a connection is lost and once that it is back, instead of an error a try. */
function watch<R extends Redis | Cluster>(redis: R, name: string): R {
  let lost = false
  redis.setMaxListeners(0) // every command that waits for the connection is one
  redis.on('error', (error: Error) => {
    if (lost) return
    lost = true
    log.warn({ redis: name, error: error.message }, 'redis connection lost')
  })
  redis.on('ready', () => {
    if (lost) log.info({ redis: name }, 'redis connection back')
    lost = false
  })
  return redis
}
