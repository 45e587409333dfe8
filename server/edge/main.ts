import path from 'node:path'
import { connectDatabase } from '../db/client.ts'
import { edgeEnv } from '../env.ts'
import { announceReady, log } from '../telemetry/log.ts'
import { banTags } from './ban-tags.ts'
import { CachedObjects } from './cached-objects.ts'
import { followFeed } from './follow-feed.ts'
import { purgeKeys } from './purge-keys.ts'

/**
 * Keeps an edge true: one for each. For an nginx it runs on its machine, because it reads what nginx keeps; a Varnish looks itself. Nobody has
 * to reach it.
 */
const { DATABASE_URL, EDGE_KIND, EDGE_FOLDER, EDGE_CONTROL_URL, EDGE_TOKEN } = edgeEnv()

/** Its one question takes milliseconds; whoever hangs is asked again. */
const STATEMENT_TIMEOUT_MS = 1000

const db = connectDatabase(DATABASE_URL, 1, STATEMENT_TIMEOUT_MS)
const objects = new CachedObjects(path.join(EDGE_FOLDER, 'pages'))
const control = { url: EDGE_CONTROL_URL, token: EDGE_TOKEN }
const following = followFeed({
  db,
  forget: (purge) => (EDGE_KIND === 'varnish' ? banTags(control, purge) : purgeKeys(control, objects.look(), purge)),
  cursorFile: path.join(EDGE_FOLDER, 'cursor.json'),
})
announceReady({ folder: EDGE_FOLDER }, 'edge follower ready')

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(signal))

async function stop(signal: string): Promise<void> {
  log.info({ signal }, 'edge follower stops')
  await following.stop()
  await db.$disconnect()
  process.exit(0)
}
