import type { Redis } from 'ioredis'

/** Keys that a step of a scan looks at, so that none holds core for long. */
const STEP = 1000

/** The keys of one server that match a pattern, a few at a time; one that comes or goes meanwhile may or may not be among them. */
export async function* scanKeys(redis: Redis, pattern: string): AsyncGenerator<string[]> {
  for (let cursor = '0'; ; ) {
    const [next, keys] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', STEP)
    if (keys.length > 0) yield keys
    if (next === '0') return
    cursor = next
  }
}
