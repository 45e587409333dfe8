import fs from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { runNode } from './run-command.ts'

/** Applies the migrations that the database does not have yet. Returns how many there were; one query tells when there are none. */
export async function applyMigrations(project: string, databaseUrl: string, logs: string): Promise<number> {
  const folder = path.join(project, 'prisma', 'migrations')
  const names = fs.readdirSync(folder).filter((name) => fs.existsSync(path.join(folder, name, 'migration.sql')))
  const applied = await appliedMigrations(databaseUrl)
  const missing = names.filter((name) => !applied.has(name))
  if (missing.length === 0) return 0
  await runNode({
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
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5000 })
  await client.connect()
  try {
    const { rows: tables } = await client.query("SELECT to_regclass('_prisma_migrations') IS NOT NULL AS there")
    if (!tables[0]?.there) return new Set()
    const { rows } = await client.query(
      'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
    )
    return new Set(rows.map((row) => String(row.migration_name)))
  } finally {
    await client.end()
  }
}

/** What tells this database from any other, wherever it is reached. */
export async function databaseIdentity(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5000 })
  await client.connect()
  try {
    const { rows } = await client.query(
      'SELECT (SELECT system_identifier FROM pg_control_system())::text AS system, (SELECT oid FROM pg_database WHERE datname = current_database())::text AS database',
    )
    return `${rows[0]?.system} ${rows[0]?.database}`
  } finally {
    await client.end()
  }
}
