import { DataCache } from '../cache/data-cache.ts'
import { env } from '../env.ts'
import { PatientRedis } from '../redis/patient-redis.ts'
import { tagClock } from './tag-clock.ts'

/** Kept on the process: Next loads each of its layers with another copy of this module. */
const kept = globalThis as { __saledayDataCache?: DataCache; __saledayDataRedis?: PatientRedis }

/** What was read for pages. A build has it in memory alone, and asks no Redis. */
export function dataCache(): DataCache {
  kept.__saledayDataCache ??= new DataCache({ clock: tagClock, shared: connectDataCache })
  return kept.__saledayDataCache
}

/** The connection. To be made before somebody needs it, who would not wait for it. */
export function connectDataCache(): PatientRedis {
  kept.__saledayDataRedis ??= new PatientRedis(env().CACHE_REDIS_URL, 'web-data')
  return kept.__saledayDataRedis
}
