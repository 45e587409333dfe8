import type { TagClock } from '../cache/tag-clock.ts'
import { lastEpochKey } from '../redis/cache-keys.ts'
import type { PatientRedis } from '../redis/patient-redis.ts'

const LIVE_SECONDS = 7 * 24 * 3600

/**
 * Says in Redis cache which life of the feed goes on. A process that is started while Postgres is away hears it from there, and can read what the
 * others have put under it; it puts nothing itself. To be repeated: Redis may lose it.
 */
export async function tellLastEpoch(redis: PatientRedis, clock: TagClock, publicUrl: string): Promise<void> {
  const key = lastEpochKey(publicUrl)
  if (clock.knowsPast) {
    await redis.ask((one) => one.set(key, clock.now.epoch, 'EX', LIVE_SECONDS))
    return
  }
  const last = await redis.ask((one) => one.get(key))
  if (last.ok && last.value !== null) clock.suppose(last.value)
}
