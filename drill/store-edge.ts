import fs from 'node:fs'
import path from 'node:path'
import { withDatabase } from '#/scripts/stack/postgres.ts'
import { startTestEdge, type TestEdge } from '#/scripts/stack/test-edge.ts'
import type { TestStack } from '#/scripts/stack/test-stack.ts'
import type { TestStore } from '#/scripts/stack/test-store.ts'

/** A real nginx with its follower in front of every web process of a store, or of what stands before them. It ends with the store. */
export function startStoreEdge(
  store: TestStore,
  pool: readonly string[] = store.replicas.map(({ url }) => `127.0.0.1:${new URL(url).port}`),
): Promise<TestEdge> {
  const { ASSETS_DIR: assets = '', MEDIA_DIR: media = '' } = store.env
  return startTestEdge(store, { pool, publicHost: new URL(store.url).host, assets, media, databaseUrl: store.postgres.url })
}

/** Whether an edge has purged for the last time everything that was told until now. */
export async function isSettled(edge: TestEdge, { postgres }: Pick<TestStack, 'postgres'>): Promise<boolean> {
  const file = path.join(edge.folder, 'cursor.json')
  if (!fs.existsSync(file)) return false
  const { epoch, sequence } = JSON.parse(fs.readFileSync(file, 'utf8'))
  const { rows } = await withDatabase(postgres.url, (client) => client.query('SELECT epoch, last FROM tag_feed'))
  return epoch === rows[0]?.epoch && sequence === Number(rows[0]?.last)
}
