import fs from 'node:fs'
import path from 'node:path'
import { buildStore } from './build.ts'
import { keepAssets } from './keep-assets.ts'
import { applyMigrations } from './migrate.ts'
import { endPostgresOn } from './postgres.ts'
import { generatePrismaClient } from './prisma-client.ts'
import { type Progress, seconds } from './progress.ts'
import { commandEvents, endCommands } from './run-command.ts'
import type { RunRecord } from './run-record.ts'
import { readSecrets } from './secrets.ts'
import { importSeed } from './seed.ts'
import type { ServiceFailed } from './service.ts'
import { startServers } from './start-servers.ts'
import type { StateFolder } from './state-folder.ts'
import { storeEnv } from './store-env.ts'
import { storeServices } from './store-services.ts'
import { Supervisor } from './supervisor.ts'

const DIST_DIR = '.next'
const DETAIL_COLUMNS = 60

export type LauncherOptions = {
  readonly project: string
  readonly state: StateFolder
  readonly record: RunRecord
  readonly progress: Progress
  readonly port: number
  readonly fresh: boolean
  readonly onGaveUp: (failure: ServiceFailed) => void
}

/** Brings a whole store up on this machine, step by step, and down again. */
export class StoreLauncher {
  readonly #options: LauncherOptions
  readonly #supervisor: Supervisor
  #hasStarted = false

  constructor(options: LauncherOptions) {
    this.#options = options
    const { progress, record, onGaveUp } = options
    this.#supervisor = new Supervisor(record, {
      restarting: (service, why) => progress.say(`! ${service} ${why}; starting it again`),
      restarted: (service) => progress.say(`✓ ${service} is back`),
      gaveUp: onGaveUp,
    })
    commandEvents.started = (name, identity) => record.keep({ ...identity, name, stopSignal: 'SIGKILL', stopPatienceMs: 0 })
    commandEvents.ended = (name) => record.forget(name)
  }

  /** Whether there is anything to stop. */
  get hasStarted(): boolean {
    return this.#hasStarted
  }

  async start(): Promise<void> {
    const { project, state, progress, port, fresh } = this.#options
    const startedAt = Date.now()
    this.#hasStarted = true
    await endPostgresOn(path.join(state.data, 'postgres'))
    if (fresh) await progress.step('Begin anew', async (say) => this.#wipe(say))
    beginLogs(state.logs)
    const { addresses, mailPage } = await progress.step('Servers', (say) =>
      startServers({ project, state, port, outside: process.env, start: (service) => this.#supervisor.start(service), say }),
    )
    const env = storeEnv(addresses, readSecrets(state.data), process.env)

    await progress.step('Database', async (say) => {
      await generatePrismaClient(project, state.logs)
      const applied = await applyMigrations(project, addresses.databaseUrl, state.logs)
      say(applied === 0 ? 'up to date' : `${applied} migration${applied === 1 ? '' : 's'} applied`)
    })
    const catalogue = await progress.step('Catalogue', (say) => importSeed(project, addresses.databaseUrl, state.logs, say))
    await progress.step('Production build', async (say) => {
      const logFile = path.join(state.logs, 'build.log')
      const onLine = (line: string) => say(line.slice(0, DETAIL_COLUMNS))
      const built = await buildStore({ project, distDir: DIST_DIR, env, catalogue, logFile, onLine })
      await keepAssets(path.join(project, DIST_DIR), env.ASSETS_DIR ?? '')
      say(built ? 'made' : 'unchanged')
    })
    await progress.step('Web and workers', async () => {
      const { web, workers, media } = storeServices({ project, distDir: DIST_DIR, port, logs: state.logs, env })
      // In the order in which they are to be stopped, backwards: the web first.
      await Promise.all([workers, media, web].map((service) => this.#supervisor.start(service)))
    })
    progress.say(`\nSaleday is open at http://localhost:${port}   (started in ${seconds(Date.now() - startedAt)})\n`)
    if (mailPage) progress.say(`  Mail   ${mailPage}`)
    progress.say(`  State  ${state.path}, its logs in ${state.logs}`)
    progress.say('  Ctrl-C stops it.')
  }

  /** Stops everything that runs, in order; `each` hears of what is being waited for. */
  async stop(each: (service: string) => void): Promise<void> {
    endCommands()
    await this.#supervisor.stop(each)
  }

  /** Everything that was made: data and pages. What was downloaded, and what is named by its content, stays. */
  #wipe(say: (detail: string) => void): void {
    const { project, state } = this.#options
    fs.rmSync(state.data, { recursive: true, force: true })
    fs.mkdirSync(state.data, { mode: 0o755 })
    fs.rmSync(path.join(project, DIST_DIR), { recursive: true, force: true })
    const outside = ['DATABASE_URL', 'CORE_REDIS_URL', 'CACHE_REDIS_URL'].filter((name) => process.env[name])
    const kept =
      outside.length > 0 ? `; what ${outside.join(', ')} name${outside.length === 1 ? 's' : ''} is not ours and stays as it is` : ''
    say(`data and built pages removed${kept}`)
  }
}

/** Puts the logs of the start before aside, over those of the one before that. */
function beginLogs(logs: string): void {
  const before = path.join(logs, 'before')
  fs.rmSync(before, { recursive: true, force: true })
  const names = fs.readdirSync(logs)
  fs.mkdirSync(before)
  for (const name of names) fs.renameSync(path.join(logs, name), path.join(before, name))
}
