import fs from 'node:fs'
import path from 'node:path'
import { withDatabase } from '#/scripts/stack/postgres.ts'
import type { TestEdge } from '#/scripts/stack/test-edge.ts'
import type { TestStack } from '#/scripts/stack/test-stack.ts'

/** Whether an edge has purged for the last time everything that was told until now. */
export async function isSettled(edge: TestEdge, { postgres }: Pick<TestStack, 'postgres'>): Promise<boolean> {
  const file = path.join(edge.folder, 'cursor.json')
  if (!fs.existsSync(file)) return false
  const { epoch, sequence } = JSON.parse(fs.readFileSync(file, 'utf8'))
  const { rows } = await withDatabase(postgres.url, (client) => client.query('SELECT epoch, last FROM tag_feed'))
  return epoch === rows[0]?.epoch && sequence === Number(rows[0]?.last)
}
