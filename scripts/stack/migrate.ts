import fs from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { NO_SUCH_DATABASE, withDatabase } from './postgres.ts'
import { StepFailed } from './progress.ts'
import { runNode } from './run-command.ts'

const NOT_ALLOWED = '42501'

/**
 * Applies the migrations that the database does not have yet, and makes the database itself where it is missing. Returns how many there
 * were; one query tells when there are none.
 */
export async function applyMigrations(project: string, databaseUrl: string, logs: string): Promise<number> {
  const folder = path.join(project, 'prisma', 'migrations')
  const names = fs.readdirSync(folder).filter((name) => fs.existsSync(path.join(folder, name, 'migration.sql')))
  const applied = await appliedMigrations(databaseUrl)
  const missing = names.filter((name) => !applied.has(name))
  if (missing.length === 0) return 0
  await runNode({
    name: 'migrations',
    what: 'The database could not be migrated',
    todo: "If the database is not Saleday's, set DATABASE_URL to one that is. `npm start -- --fresh` begins with an empty one of its own.",
    project,
    args: ['node_modules/prisma/build/index.js', 'migrate', 'deploy'],
    env: { ...process.env, DATABASE_URL: databaseUrl, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' },
    logFile: path.join(logs, 'prisma.log'),
    timeoutMs: 120_000,
  })
  return missing.length
}

async function appliedMigrations(databaseUrl: string): Promise<Set<string>> {
  try {
    return await withDatabase(databaseUrl, async (client) => {
      const { rows: tables } = await client.query("SELECT to_regclass('_prisma_migrations') IS NOT NULL AS there")
      if (!tables[0]?.there) return new Set()
      const { rows } = await client.query(
        'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
      )
      return new Set(rows.map((row) => String(row.migration_name)))
    })
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === NO_SUCH_DATABASE) return new Set()
    const { host } = new URL(databaseUrl)
    throw new StepFailed(`Postgres at ${host} does not answer`, (error as Error).message, 'Check DATABASE_URL, and that Postgres is up.')
  }
}

/** What tells this database from any other, wherever it is reached. */
export async function databaseIdentity(databaseUrl: string): Promise<string> {
  return withDatabase(databaseUrl, async (client) => {
    const { rows: databases } = await client.query('SELECT oid::text AS database FROM pg_database WHERE datname = current_database()')
    const system = await client.query('SELECT system_identifier::text AS system FROM pg_control_system()').then(
      ({ rows }) => String(rows[0]?.system),
      (error: unknown) => {
        // Some hosts keep that to themselves; then the address stands for the server.
        if (error instanceof pg.DatabaseError && error.code === NOT_ALLOWED) return new URL(databaseUrl).host
        throw error
      },
    )
    return `${system} ${databases[0]?.database}`
  })
}
