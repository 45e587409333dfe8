import fs from 'node:fs'
import path from 'node:path'
import { runNode } from './run-command.ts'
import { hashSources } from './source-hash.ts'

const GENERATED = path.join('server', 'db', 'generated')

/** Generates the database client when the schema, or the generator, is another one than last time. Returns whether it did. */
export async function generatePrismaClient(project: string, logs: string): Promise<boolean> {
  const stamp = path.join(project, GENERATED, '.generated-from')
  const wanted = hashSources(project, ['prisma/schema.prisma', 'node_modules/prisma/package.json'])
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted) return false
  fs.rmSync(stamp, { force: true })
  await runNode({
    name: 'database client',
    what: 'The database client could not be generated',
    todo: 'See prisma/schema.prisma.',
    project,
    args: ['node_modules/prisma/build/index.js', 'generate'],
    env: { ...process.env, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' },
    logFile: path.join(logs, 'prisma.log'),
    timeoutMs: 120_000,
  })
  fs.writeFileSync(stamp, wanted)
  return true
}
