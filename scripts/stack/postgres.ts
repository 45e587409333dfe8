import fs from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { endProcess } from './end-process.ts'
import { identify } from './process-identity.mjs'
import { runCommand } from './run-command.ts'
import { giveToServerUser, serverUser } from './server-user.ts'
import { type Environment, Service, ServiceFailed } from './service.ts'

/** SQLSTATE of a connection to a database that is not there. */
export const NO_SUCH_DATABASE = '3D000'

const USER = 'saleday'
const DATABASE = 'saleday'
const CONNECT_TIMEOUT_MS = 5000
const INIT_TIMEOUT_MS = 60_000
const STOP_PATIENCE_MS = 30_000

export type PostgresOptions = {
  readonly binaries: string
  readonly data: string
  readonly port: number
  readonly password: string
  readonly logFile: string
  /** False for tests: what was committed survives the end of the process, not of the machine. */
  readonly durable: boolean
}

/** A Postgres of our own on the loopback. Its data are made by `initPostgres`. */
export function postgresService({ binaries, data, port, password, logFile, durable }: PostgresOptions): Service {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    ...(durable ? ['shared_buffers=256MB'] : ['shared_buffers=64MB', 'fsync=off', 'full_page_writes=off']),
  ]
  return new Service({
    name: 'Postgres',
    command: path.join(binaries, 'bin', 'postgres'),
    args: ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    cwd: '/',
    env: bareEnvironment(),
    user: serverUser(),
    logFile,
    isReady: () => answers(postgresUrl({ port, password }, 'postgres')),
    readyTimeoutMs: 60_000,
    stopSignal: 'SIGINT', // fast: ends sessions, writes everything down
    stopPatienceMs: STOP_PATIENCE_MS,
  })
}

export function postgresUrl({ port, password }: { port: number; password: string }, database = DATABASE): string {
  return `postgresql://${USER}:${password}@127.0.0.1:${port}/${database}`
}

/** Makes the data folder of a new Postgres; one that is there already stays as it is. An unfinished one is begun anew. */
export async function initPostgres(binaries: string, data: string, password: string): Promise<void> {
  const making = `${data}.making`
  if (fs.existsSync(path.join(data, 'PG_VERSION')) && !fs.existsSync(making)) {
    giveToServerUser(data)
    return
  }
  fs.rmSync(data, { recursive: true, force: true })
  fs.writeFileSync(making, '')
  fs.mkdirSync(data, { mode: 0o700 })
  giveToServerUser(data)
  const passwordFile = `${data}.password`
  fs.rmSync(passwordFile, { force: true })
  fs.writeFileSync(passwordFile, password, { mode: 0o600 })
  giveToServerUser(passwordFile)
  const layout = ['--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', '--no-instructions']
  const { why, output } = await runCommand({
    name: 'initdb',
    command: path.join(binaries, 'bin', 'initdb'),
    args: ['-D', data, '-U', USER, `--pwfile=${passwordFile}`, ...layout],
    cwd: '/',
    env: bareEnvironment(),
    user: serverUser(),
    timeoutMs: INIT_TIMEOUT_MS,
  })
  fs.rmSync(passwordFile, { force: true })
  if (why !== null) throw new ServiceFailed('Postgres', 'could not make its data folder', `${output}\n${why}`)
  fs.rmSync(making)
}

/** Ends a Postgres that still has this data folder open, which no second one could open. */
export async function endPostgresOn(data: string): Promise<void> {
  const file = path.join(data, 'postmaster.pid')
  if (!fs.existsSync(file)) return
  const pid = Number(fs.readFileSync(file, 'utf8').split('\n')[0])
  const command = fs.existsSync(`/proc/${pid}/cmdline`) ? fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8') : ''
  const identity = identify(pid)
  if (identity && command.split('\0').includes(data)) await endProcess(identity, 'SIGINT', STOP_PATIENCE_MS)
}

/** Makes the store's database when it is not there. */
export async function createDatabase(server: { port: number; password: string }): Promise<void> {
  await withDatabase(postgresUrl(server, 'postgres'), async (client) => {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`)
  })
}

/** Runs something on a connection of its own. */
export async function withDatabase<T>(url: string, run: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS, query_timeout: CONNECT_TIMEOUT_MS })
  client.on('error', () => {}) // the query in flight, or the next one, rejects
  await client.connect()
  try {
    return await run(client)
  } finally {
    await client.end().catch(() => {})
  }
}

/** Nothing of ours: neither its language nor its time zone may depend on who started it. */
function bareEnvironment(): Environment {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }
}

async function answers(url: string): Promise<boolean> {
  return withDatabase(url, async (client) => (await client.query('SELECT 1')).rowCount === 1)
}
