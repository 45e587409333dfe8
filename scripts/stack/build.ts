import { randomInt } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { compressAssets } from './compress-assets.ts'
import { databaseIdentity } from './migrate.ts'
import { withDatabase } from './postgres.ts'
import { runNode } from './run-command.ts'
import { hashSources } from './source-hash.ts'

/** Everything that a production build is made of. Pages are made of the catalogue too, which is why the database counts. */
const SOURCES = [
  'app',
  'components',
  'domain',
  'server',
  'prisma/schema.prisma',
  'public',
  'proxy.ts',
  'next.config.mjs',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
]

/** Tests are not built; the database client is made of the schema. */
function isNoSource(name: string): boolean {
  return name.endsWith('.test.ts') || name.startsWith(path.join('server', 'db', 'generated'))
}

export type BuildOptions = {
  readonly project: string
  readonly distDir: string
  readonly env: Record<string, string>
  readonly catalogue: string
  readonly logFile: string
  readonly onLine?: (line: string) => void
}

/**
 * Makes the production build, unless the one that is there was made of just this and finished. Returns whether it did. Each that is made is a
 * release of its own: `BUILD_ID` in its folder names it.
 */
export async function buildStore({ project, distDir, env, catalogue, logFile, onLine }: BuildOptions): Promise<boolean> {
  const folder = path.join(project, distDir)
  const stamp = path.join(folder, '.built-from')
  const sources = hashSources(project, SOURCES, isNoSource)
  const wanted = `${sources}\n${await databaseIdentity(env.DATABASE_URL ?? '')}\n${catalogue}\n${env.NEXT_SERVER_ACTIONS_ENCRYPTION_KEY}\n`
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted) return false
  fs.rmSync(folder, { recursive: true, force: true })
  await runNode({
    name: 'production build',
    what: 'The production build failed',
    todo: `Put right what it names, then start again. The whole of what it said is in ${logFile}.`,
    project,
    args: ['node_modules/next/dist/bin/next', 'build'],
    env: {
      ...process.env,
      ...env,
      NODE_ENV: 'production',
      NEXT_DIST_DIR: distDir,
      NEXT_TELEMETRY_DISABLED: '1',
      RELEASE_ID: newReleaseId(),
      BUILT_AS_OF: await readAsOf(env.DATABASE_URL ?? ''),
    },
    logFile,
    timeoutMs: 600_000,
    ...(onLine ? { onLine } : {}),
  })
  await compressAssets(folder)
  fs.writeFileSync(stamp, wanted)
  return true
}

/** Tells a release from every other one, and people when it was built. Digits only: it is part of addresses, and ad blockers look for words in them. */
function newReleaseId(): string {
  const builtAt = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14)
  return `${builtAt}-${String(randomInt(1_000_000)).padStart(6, '0')}`
}

/** Up to where the feed knows what was told, before a build reads anything. */
async function readAsOf(databaseUrl: string): Promise<string> {
  return withDatabase(databaseUrl, async (client) => {
    const { rows } = await client.query("SELECT epoch || ':' || last AS as_of FROM tag_feed")
    return String(rows[0]?.as_of)
  })
}
