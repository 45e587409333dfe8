import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { copyFolder } from './copy-folder.ts'
import { newPorts } from './kept-ports.ts'
import { findPostgres } from './postgres-binaries.ts'
import { findRedis } from './redis-binary.ts'
import { RunRecord } from './run-record.ts'
import { newSecrets } from './secrets.ts'
import { gatewayServer, mailServer, postgresServer, redisServer, type Server, type ServersOptions } from './servers.ts'
import type { Service } from './service.ts'
import { openStateFolder } from './state-folder.ts'
import { storeEnv } from './store-env.ts'
import { type CoreKind, type CoreMember, promote, type TestCore, testCore } from './test-core.ts'
import { type Catalogue, prepareTemplate, TEMPLATE_PASSWORD } from './test-template.ts'

/** A process of a stack, which a test may end and start again. */
export type TestProcess = {
  pid(): number | null
  /** Resolves once it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Resolves once it is ready. */
  start(): Promise<void>
}

/** A server of a stack: it comes back at its address, with its data. */
export type TestServer = TestProcess & { readonly url: string }

/** Core as a whole, which is killed and started with everything that belongs to it, and its nodes one by one. */
export type TestCoreServer = TestServer & {
  readonly kind: CoreKind
  /** Those that are written to at first: one, or the masters of a cluster. */
  readonly masters: readonly TestServer[]
  readonly replicas: readonly TestServer[]
  /** Makes a replica a master, which every other replica follows then; nothing happens to the master before it. */
  promote(replica: number): Promise<void>
}

export type TestStack = {
  readonly folder: string
  readonly logs: string
  /** For web and workers, and for the ports of a test. */
  readonly env: Record<string, string>
  readonly postgres: TestServer
  readonly core: TestCoreServer
  readonly cache: TestServer
  readonly gateway: TestServer
  readonly mail: TestServer & { readonly page: string }
  /** Starts another process of the stack, which ends with it. */
  launch(service: Service): Promise<TestProcess>
  /** One that a test starts when it wants to. */
  processOf(service: Service): TestProcess
  /** Nothing of it is left afterwards, neither a process nor a file. */
  stop(): Promise<void>
}

export type TestStackOptions = {
  /** What Postgres holds: migrated and empty, or the seed shop too. */
  readonly catalogue?: Catalogue
  /** What core is; one Redis otherwise, or what TEST_CORE says, so that a test runs on each of them. */
  readonly core?: CoreKind
  /** Where the store of the stack will listen, and hear of the gateway; any free port, and nobody, otherwise. */
  readonly port?: number
  /** Whether Postgres has on disk what it commits, as in a store that is open. */
  readonly durable?: boolean
  /** Servers that are not started, until a test does so. */
  readonly without?: readonly ('postgres' | 'core' | 'cache' | 'gateway' | 'mail')[]
}

/** One for all, so that one build serves every stack. */
const ACTIONS_KEY = Buffer.alloc(32, 'test').toString('base64')
const project = path.resolve(import.meta.dirname, '../..')
const alive = new Map<string, readonly Service[]>()

/**
 * Servers of a test's own: another Postgres, two other Redises, another gateway and mailbox, on ports of their own, with the data of a
 * template. What a killed run leaves is swept by the next. Unless told to be durable, Postgres does not fsync: its data survive the end of
 * its process only.
 */
export async function startTestStack(options: TestStackOptions = {}): Promise<TestStack> {
  const { catalogue = 'empty', core: kind = process.env.TEST_CORE === 'cluster' ? 'cluster' : 'single' } = options
  const { port, durable = false, without = [] } = options
  const state = openStateFolder(project)
  const template = await prepareTemplate(project, state, catalogue)
  const folder = path.join(state.tests, `${process.pid}-${randomBytes(4).toString('hex')}`)
  const [data, logs, media, assets] = ['data', 'logs', 'media', 'assets'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
    string,
  ]
  fs.mkdirSync(folder, { mode: 0o755 })
  const record = RunRecord.take(folder, '')
  for (const place of [folder, data, logs, media, assets]) makeReachable(place)
  const services: Service[] = []
  alive.set(folder, services)
  const toTestProcess = (service: Service): TestProcess => ({
    pid: () => service.pid,
    kill: (signal = 'SIGKILL') => service.kill(signal),
    start: async () => {
      if (services.includes(service)) await service.start()
      else await launch(service)
    },
  })
  const launch = async (service: Service): Promise<TestProcess> => {
    const { name, stopSignal, stopPatienceMs } = service.spec
    service.onStarted = (identity) => record.keep({ ...identity, name, stopSignal, stopPatienceMs })
    services.push(service)
    await service.start()
    return toTestProcess(service)
  }
  const stop = async () => {
    // Nothing of it is kept, so nothing needs to be written down: the quick way out for all.
    await Promise.all(services.map((service) => service.kill('SIGKILL')))
    record.release()
    fs.rmSync(folder, { recursive: true, force: true })
    alive.delete(folder)
  }

  try {
    const { web, ...ports } = await newPorts()
    const secrets = { ...newSecrets(), postgresPassword: TEMPLATE_PASSWORD, actionsKey: ACTIONS_KEY }
    const webUrl = port === undefined ? null : `http://localhost:${port}`
    const place: ServersOptions = { project, data, logs, ports, secrets, durable, webUrl }
    const [redis, binaries] = await Promise.all([
      findRedis(state.tools),
      findPostgres(project, state.tools),
      copyFolder(template, path.join(data, 'postgres')),
    ])
    const servers = {
      postgres: await postgresServer(place, binaries),
      cache: redisServer(place, redis, 'cache'),
      gateway: gatewayServer(place),
      mail: mailServer(place),
    }
    const toTestServer = ({ service, url }: Server): TestServer => ({ url, ...toTestProcess(service) })
    const core = toTestCore(await testCore(place, redis, kind), kind, toTestServer)
    const names = (Object.keys(servers) as (keyof typeof servers)[]).filter((name) => !without.includes(name))
    await Promise.all([...names.map((name) => launch(servers[name].service)), without.includes('core') ? undefined : core.start()])

    const { postgres, cache, gateway, mail } = servers
    const addresses = { databaseUrl: postgres.url, coreUrl: core.url, cacheUrl: cache.url, smtpUrl: mail.url, gatewayUrl: gateway.url }
    return {
      folder,
      logs,
      env: storeEnv({ ...addresses, stripeKey: secrets.stripeKey, mediaDir: media, assetsDir: assets, port: port ?? web }, secrets, {}),
      postgres: toTestServer(postgres),
      core,
      cache: toTestServer(cache),
      gateway: toTestServer(gateway),
      mail: { ...toTestServer(mail), page: mail.page },
      launch,
      processOf: toTestProcess,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function toTestCore(
  { url, masters, replicas, join }: TestCore,
  kind: CoreKind,
  toServer: (member: CoreMember) => TestServer,
): TestCoreServer {
  const [ownMasters, ownReplicas] = [masters.map(toServer), replicas.map(toServer)]
  const all = [...ownMasters, ...ownReplicas]
  return {
    kind,
    url,
    masters: ownMasters,
    replicas: ownReplicas,
    pid: () => all[0]?.pid() ?? null,
    kill: async (signal) => void (await Promise.all(all.map((server) => server.kill(signal)))),
    start: async () => {
      await Promise.all(all.filter((server) => server.pid() === null).map((server) => server.start()))
      await join()
    },
    promote: async (at) => {
      const promoted = replicas[at]
      if (!promoted) throw new Error(`there is no replica ${at}`)
      const others = replicas.filter((_, i) => i !== at && ownReplicas[i]?.pid() !== null)
      await promote(promoted, others)
    },
  }
}

/** Where a test process ends without having stopped its stacks, they end with it. */
process.once('exit', () => {
  for (const [folder, services] of alive) {
    for (const service of services) service.killNow()
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
})

/** For the user that Postgres runs as, whatever the umask says. */
function makeReachable(folder: string): void {
  fs.mkdirSync(folder, { recursive: true })
  fs.chmodSync(folder, 0o755)
}
