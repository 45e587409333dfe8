import fs from 'node:fs'
import path from 'node:path'
import { Redis } from 'ioredis'
import type { RedisBinary } from './redis-binary.ts'
import { Service } from './service.ts'

export type RedisOptions = {
  readonly role: 'core' | 'cache'
  readonly binary: RedisBinary
  readonly data: string
  readonly port: number
  readonly password: string
  readonly logFile: string
  /** What the log and a failure call it; `Redis core` or `Redis cache` otherwise. */
  readonly name?: string
  /** Beyond what its role asks for. */
  readonly settings?: Readonly<Record<string, string>>
}

const ANSWER_TIMEOUT_MS = 1000

/**
 * Core loses nothing that it acknowledged: no eviction, every write on disk before its answer. Cache may lose everything at any time.
 * `no-appendfsync-on-rewrite` stays off, or a rewrite of the log would weaken the promise while it runs.
 */
const ROLE_SETTINGS = {
  core: {
    maxmemory: '512mb',
    'maxmemory-policy': 'noeviction',
    appendonly: 'yes',
    appendfsync: 'always',
    'no-appendfsync-on-rewrite': 'no',
  },
  cache: { maxmemory: '128mb', 'maxmemory-policy': 'allkeys-lru', appendonly: 'no' },
} satisfies Record<RedisOptions['role'], Record<string, string>>

/** A Redis of our own on the loopback, whose `data` folder is made when it is missing. */
export function redisService({ role, binary, data, port, password, logFile, name, settings: more }: RedisOptions): Service {
  fs.mkdirSync(data, { recursive: true, mode: 0o700 })
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir: data,
    requirepass: password,
    save: '',
    daemonize: 'no',
    ...ROLE_SETTINGS[role],
    ...more,
  }
  // In a file, because anybody may read the arguments of a process.
  const file = path.join(data, 'redis.conf')
  fs.writeFileSync(
    file,
    Object.entries(settings)
      .map(([setting, value]) => `${setting} ${JSON.stringify(value)}\n`)
      .join(''),
    { mode: 0o600 },
  )
  return new Service({
    name: name ?? `Redis ${role}`,
    command: binary.command,
    args: [file],
    cwd: data,
    env: { ...process.env, ...binary.env },
    logFile,
    isReady: () => pingRedis(redisUrl({ port, password })),
    readyTimeoutMs: 60_000,
    stopSignal: 'SIGTERM',
    stopPatienceMs: 30_000,
  })
}

export function redisUrl({ port, password }: { port: number; password: string }): string {
  return `redis://:${password}@127.0.0.1:${port}`
}

/** Whether a Redis answers that has read its log back. Rejects with why it cannot be reached. */
export async function pingRedis(url: string, timeoutMs = ANSWER_TIMEOUT_MS): Promise<boolean> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    maxRetriesPerRequest: 0,
    retryStrategy: null,
  })
  let lost: Error | undefined
  redis.on('error', (error) => {
    lost = error
  })
  try {
    await redis.connect()
    return (await redis.ping()) === 'PONG'
  } catch (error) {
    throw lost ?? error // a connection that fails rejects with no more than that it is closed
  } finally {
    redis.disconnect()
  }
}
