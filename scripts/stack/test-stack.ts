import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { freePort } from './ports.ts'
import { findRedis } from './redis-binary.ts'
import { isHeld, RunRecord } from './run-record.ts'
import { gatewayServer, mailServer, postgresServer, redisServer, type ServersOptions } from './servers.ts'
import type { Service } from './service.ts'
import { openStateFolder, type Secrets } from './state-folder.ts'
import { storeEnv } from './store-env.ts'
import { type Catalogue, postgresBinaries, prepareTemplate, TEMPLATE_PASSWORD } from './test-template.ts'

/** A server of a stack, which a test may end and start again at its address, with its data. */
export type TestServer = {
  readonly url: string
  pid(): number | null
  kill(signal?: NodeJS.Signals): Promise<void>
  start(): Promise<void>
}

export type TestStack = {
  readonly folder: string
  /** For web and workers, and for the ports of a test. */
  readonly env: Record<string, string>
  readonly postgres: TestServer
  readonly core: TestServer
  readonly cache: TestServer
  readonly gateway: TestServer
  readonly mail: TestServer & { readonly page: string }
  /** Starts another process of the stack, which ends with it. */
  launch(service: Service): Promise<void>
  logs: string
  stop(): Promise<void>
}

const project = path.resolve(import.meta.dirname, '../..')

/**
 * Servers of a test's own: another Postgres, two other Redises, another gateway and mailbox, on ports of their own, with the data of a
 * template. Gone without a trace after `stop`; what a killed run leaves is swept by the next.
 */
export async function startTestStack({ catalogue = 'empty', port }: { catalogue?: Catalogue; port?: number } = {}): Promise<TestStack> {
  const state = openStateFolder(project)
  const template = await prepareTemplate(project, state, catalogue)
  const folder = path.join(state.tests, `${process.pid}-${randomBytes(4).toString('hex')}`)
  const inside = (name: string) => {
    fs.mkdirSync(path.join(folder, name), { recursive: true, mode: 0o755 })
    return path.join(folder, name)
  }
  const [data, logs, media] = [inside('data'), inside('logs'), inside('media')]
  spawnSync('cp', ['-a', '--reflink=auto', template, path.join(data, 'postgres')])
  const record = RunRecord.take(folder, '')

  const ports = {
    postgres: await freePort(),
    core: await freePort(),
    cache: await freePort(),
    gateway: await freePort(),
    smtp: await freePort(),
    mail: await freePort(),
  }
  const secrets = newSecrets()
  const options: ServersOptions = { project, data, logs, ports, secrets, durable: false }
  const redis = await findRedis(state.tools)
  const postgres = postgresServer(options, postgresBinaries(project, state.tools))
  const core = redisServer(options, redis, 'core')
  const cache = redisServer(options, redis, 'cache')
  const gateway = gatewayServer(options)
  const mail = mailServer(options)
  const started: Service[] = []
  const launch = async (service: Service) => {
    const { name, stopSignal, stopPatienceMs } = service.spec
    service.onStarted = (identity) => record.keep({ ...identity, name, stopSignal, stopPatienceMs })
    started.push(service)
    await service.start()
  }
  await Promise.all([postgres, core, cache, gateway, mail].map(({ service }) => launch(service)))

  const addresses = { databaseUrl: postgres.url, coreUrl: core.url, cacheUrl: cache.url, smtpUrl: mail.url, gatewayUrl: gateway.url }
  return {
    folder,
    logs,
    env: storeEnv({ ...addresses, stripeKey: secrets.stripeKey, mediaDir: media, port: port ?? (await freePort()) }, secrets, {}),
    postgres: toTestServer(postgres),
    core: toTestServer(core),
    cache: toTestServer(cache),
    gateway: toTestServer(gateway),
    mail: { ...toTestServer(mail), page: mail.page },
    launch,
    stop: async () => {
      // Nothing of it is kept, so nothing needs to be written down: the quick way out for all.
      await Promise.all(started.map((service) => service.kill('SIGKILL')))
      record.release()
      fs.rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Ends and removes the stacks of runs that did not get to it themselves. */
export async function sweepTestStacks(): Promise<void> {
  const { tests } = openStateFolder(project)
  for (const name of fs.readdirSync(tests)) {
    const folder = path.join(tests, name)
    if (name.startsWith('template') || isHeld(folder)) continue
    try {
      await RunRecord.take(folder, '').endOrphans()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

function toTestServer({ service, url }: { service: Service; url: string }): TestServer {
  return { url, pid: () => service.pid, kill: (signal = 'SIGKILL') => service.kill(signal), start: () => service.start() }
}

function newSecrets(): Secrets {
  const word = () => randomBytes(24).toString('base64url')
  return {
    sessionSecret: `${word()}${word()}`,
    internalToken: `${word()}${word()}`,
    actionsKey: randomBytes(32).toString('base64'),
    postgresPassword: TEMPLATE_PASSWORD,
    redisPassword: word(),
    stripeKey: `sk_test_${word()}`,
  }
}
