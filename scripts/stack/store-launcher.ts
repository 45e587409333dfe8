import fs from 'node:fs'
import path from 'node:path'
import { buildStore } from './build.ts'
import { keepPorts } from './kept-ports.ts'
import { applyMigrations } from './migrate.ts'
import { createDatabase, endPostgresOn, findPostgres } from './postgres.ts'
import { generatePrismaClient } from './prisma-client.ts'
import { type Progress, StepFailed } from './progress.ts'
import { findRedis, NoRedis } from './redis-binary.ts'
import { endRunningCommands } from './run-command.ts'
import type { RunRecord } from './run-record.ts'
import { importSeed } from './seed.ts'
import { gatewayServer, mailServer, postgresServer, redisServer, type ServersOptions } from './servers.ts'
import type { Service, ServiceFailed } from './service.ts'
import { readSecrets, type Secrets, type StateFolder } from './state-folder.ts'
import { type Addresses, storeEnv } from './store-env.ts'
import { storeServices } from './store-services.ts'
import { Supervisor } from './supervisor.ts'

const DIST_DIR = '.next'

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
    for (const log of fs.readdirSync(state.logs)) fs.rmSync(path.join(state.logs, log))
    const secrets = readSecrets(state.data)
    const [addresses, mailPage] = await progress.step('Servers', (say) => this.#startServers(secrets, say))
    const env = storeEnv(addresses, secrets, process.env)

    await progress.step('Database', async (say) => {
      await generatePrismaClient(project, state.logs)
      const applied = await applyMigrations(project, addresses.databaseUrl, state.logs)
      say(applied === 0 ? 'up to date' : `${applied} migration${applied === 1 ? '' : 's'} applied`)
    })
    const catalogue = await progress.step('Catalogue', (say) => importSeed(project, addresses.databaseUrl, state.logs, say))
    await progress.step('Production build', async (say) => {
      const logFile = path.join(state.logs, 'build.log')
      const built = await buildStore({ project, distDir: DIST_DIR, env, catalogue, logFile, onLine: (line) => say(line.slice(0, 60)) })
      say(built ? 'made' : 'unchanged')
    })
    await progress.step('Web and workers', async () => {
      const { web, workers, media } = storeServices({ project, distDir: DIST_DIR, port, logs: state.logs, env })
      // In the order in which they are to be stopped, backwards: the web first.
      await Promise.all([workers, media, web].map((service) => this.#supervisor.start(service)))
    })
    progress.say(`\nSaleday is open at http://localhost:${port}   (started in ${((Date.now() - startedAt) / 1000).toFixed(1)} s)`)
    if (mailPage) progress.say(`What it mails is at ${mailPage}, its logs are in ${state.logs}. Ctrl-C stops it.`)
  }

  /** Stops everything that runs, in order; `each` hears of what is being waited for. */
  async stop(each: (service: string) => void): Promise<void> {
    endRunningCommands()
    await this.#supervisor.stop(each)
  }

  /** Everything that was made: data and pages. What was downloaded, and photographs named by their content, stay. */
  #wipe(say: (detail: string) => void): void {
    const { project, state } = this.#options
    fs.rmSync(state.data, { recursive: true, force: true })
    fs.mkdirSync(state.data, { mode: 0o755 })
    fs.rmSync(path.join(project, DIST_DIR), { recursive: true, force: true })
    const outside = ['DATABASE_URL', 'CORE_REDIS_URL', 'CACHE_REDIS_URL'].filter((name) => process.env[name])
    say(
      outside.length > 0
        ? `what ${outside.join(', ')} name${outside.length === 1 ? 's' : ''} is not ours and stays as it is`
        : 'data and built pages removed',
    )
  }

  /** Starts each server that no address from outside stands for, at once. */
  async #startServers(secrets: Secrets, say: (detail: string) => void): Promise<[Addresses, string | null]> {
    const { project, state, port } = this.#options
    const { DATABASE_URL, CORE_REDIS_URL, CACHE_REDIS_URL, STRIPE_SECRET_KEY, STRIPE_API_URL, SMTP_URL } = process.env
    const ports = await keepPorts(state.data)
    const options: ServersOptions = { project, data: state.data, logs: state.logs, ports, secrets, durable: true }
    const starting: Promise<void>[] = []
    const launch = ({ service, url }: { service: Service; url: string }, then = async () => {}) => {
      const started = this.#supervisor.start(service).then(then)
      started.catch(() => {}) // heard below, unless something else fails before
      starting.push(started)
      return url
    }

    // Postgres first and Redis next: the last started is the first to be stopped.
    const databaseUrl =
      DATABASE_URL ||
      launch(postgresServer(options, this.#binaries()), () => createDatabase({ port: ports.postgres, password: secrets.postgresPassword }))
    const redis = CORE_REDIS_URL && CACHE_REDIS_URL ? null : await this.#redis(say)
    const coreUrl = CORE_REDIS_URL || (redis ? launch(redisServer(options, redis, 'core')) : '')
    const cacheUrl = CACHE_REDIS_URL || (redis ? launch(redisServer(options, redis, 'cache')) : '')
    const gatewayUrl = STRIPE_SECRET_KEY ? (STRIPE_API_URL ?? null) : launch(gatewayServer(options))
    const mail = SMTP_URL ? null : mailServer(options)
    const smtpUrl = mail ? launch(mail) : (SMTP_URL ?? '')
    await Promise.all(starting)
    say(
      [
        !DATABASE_URL && 'Postgres',
        !CORE_REDIS_URL && 'Redis core',
        !CACHE_REDIS_URL && 'Redis cache',
        !STRIPE_SECRET_KEY && 'payment gateway',
        mail && 'mail',
      ]
        .filter(Boolean)
        .join(', '),
    )
    const stripeKey = STRIPE_SECRET_KEY || secrets.stripeKey
    return [{ databaseUrl, coreUrl, cacheUrl, smtpUrl, gatewayUrl, stripeKey, mediaDir: state.media, port }, mail?.page ?? null]
  }

  #binaries(): string {
    try {
      return findPostgres(this.#options.project, this.#options.state.tools)
    } catch (error) {
      throw new StepFailed('There is no Postgres', (error as Error).message, 'Then start again.')
    }
  }

  async #redis(say: (detail: string) => void) {
    try {
      say('looking for Redis')
      return await findRedis(this.#options.state.tools)
    } catch (error) {
      if (error instanceof NoRedis) throw new StepFailed('There is no Redis', error.message, error.todo)
      throw error
    }
  }
}
