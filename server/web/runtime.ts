import type { Redis } from 'ioredis'
import { env } from '../env.ts'
import { type Wired, wirePorts } from '../orders/wire-ports.ts'
import { connectRedis } from '../redis/connect.ts'

type Runtime = { readonly ports: Wired; readonly cache: Redis }

/** Kept on the process, because the framework loads this module once for each of its layers. */
const kept = globalThis as { __saledayRuntime?: Runtime }

/** What a web process keeps open: the engine's ports and Redis cache. Opened by the first request that needs it. */
export function runtime(): Runtime {
  kept.__saledayRuntime ??= {
    ports: wirePorts({ name: 'web', connections: 10 }),
    cache: connectRedis(env().CACHE_REDIS_URL, 'web-cache', { commandTimeout: 100 }),
  }
  return kept.__saledayRuntime
}
