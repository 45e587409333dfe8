import { Redis, type RedisOptions } from 'ioredis'
import { log } from '../telemetry/log.ts'

/** Longer than a slow fsync, shorter than a shopper's patience. */
export const COMMAND_TIMEOUT_MS = 3000

type Options = Omit<RedisOptions, 'replyMapping'>

const COMMAND: Options = {
  commandTimeout: COMMAND_TIMEOUT_MS,
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
 * A connection for BullMQ's producers, which give up for ever when their first command finds no connection: it waits for one, but no longer
 * than a command may take. A job that is added late after all does no harm, for every job can run twice.
 */
export function producingConnection(url: string, name: string): Redis {
  return connectRedis(url, name, { enableOfflineQueue: true, maxRetriesPerRequest: 1 })
}

/** A connection that waits on the server for work and comes back by itself: BullMQ's workers. */
export function waitingConnection(url: string, name: string): Redis {
  return watch(new Redis(url, { maxRetriesPerRequest: null, retryStrategy: reconnectDelay, connectionName: `saleday-${name}` }), name)
}

/** Resolves to whether the connection is ready, waiting for one that is being made no longer than this. */
export async function becomesReady(redis: Redis, withinMs: number): Promise<boolean> {
  if (redis.status === 'ready') return true
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
function watch(redis: Redis, name: string): Redis {
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
