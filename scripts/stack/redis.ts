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
}

/**
 * Core loses nothing that it acknowledged: no eviction, every write on disk before its answer. Cache may lose everything at any time.
 * `no-appendfsync-on-rewrite` stays off, or a rewrite of the log would weaken the promise while it runs.
 */
const ROLE_SETTINGS = {
  core: [
    '--maxmemory',
    '512mb',
    '--maxmemory-policy',
    'noeviction',
    '--appendonly',
    'yes',
    '--appendfsync',
    'always',
    '--no-appendfsync-on-rewrite',
    'no',
  ],
  cache: ['--maxmemory', '128mb', '--maxmemory-policy', 'allkeys-lru', '--appendonly', 'no'],
}

/** A Redis of our own on the loopback. */
export function redisService({ role, binary, data, port, password, logFile }: RedisOptions): Service {
  const settings = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    data,
    '--requirepass',
    password,
    '--save',
    '',
    '--daemonize',
    'no',
  ]
  return new Service({
    name: `Redis ${role}`,
    command: binary.command,
    args: [...settings, ...ROLE_SETTINGS[role]],
    cwd: path.dirname(data),
    env: { ...process.env, ...binary.env },
    logFile,
    isReady: () => answers(redisUrl({ port, password })),
    readyTimeoutMs: 60_000,
    stopSignal: 'SIGTERM',
    stopPatienceMs: 30_000,
  })
}

export function redisUrl({ port, password }: { port: number; password: string }): string {
  return `redis://:${password}@127.0.0.1:${port}`
}

/** Ready is what has read its log back and answers. */
async function answers(url: string): Promise<boolean> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 1000,
    commandTimeout: 1000,
    maxRetriesPerRequest: 0,
    retryStrategy: null,
  })
  redis.on('error', () => {})
  try {
    await redis.connect()
    return (await redis.ping()) === 'PONG'
  } finally {
    redis.disconnect()
  }
}
