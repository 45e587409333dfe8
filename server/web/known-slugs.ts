import type { Reading } from '../cache/data-cache.ts'
import { tags } from '../cache/manifest.ts'
import { readSlugs, type Slugs } from '../catalog/read-addresses.ts'
import type { Db } from '../db/client.ts'
import { dataCache } from './data-cache.ts'
import { runtime } from './runtime.ts'

/** Every page carries the tags of this, so it has the one only that they have anyway. */
export async function slugsReading(db: Db): Promise<Reading<Slugs>> {
  return { value: await readSlugs(db), tags: [tags.catalogue] }
}

/** Which slugs lead somewhere, as pages know it, for who renders nothing. */
export async function readKnownSlugs(): Promise<Slugs> {
  return (await dataCache().read('slugs', () => slugsReading(runtime().ports.db))).value
}
