import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

/** A program that can be started as a Redis server, and what it needs in its environment. */
export type RedisBinary = { readonly command: string; readonly env: Record<string, string>; readonly version: string }

/** BullMQ recommends 6.2; streams with exclusive ranges and everything else of ours are in it. */
const LEAST = [6, 2] as const
const PACKAGES = ['redis-tools', 'libatomic1', 'liblzf1', 'libjemalloc2']
const DOWNLOAD_TIMEOUT_MS = 180_000

/** No Redis can be had; `todo` says how to get one. */
export class NoRedis extends Error {
  readonly todo: string

  constructor(why: string) {
    super(why)
    this.todo =
      INSTALL[process.platform] ??
      'Install Redis 6.2 or later (https://redis.io/docs/latest/operate/oss_and_stack/install/), or set CORE_REDIS_URL and CACHE_REDIS_URL.'
  }
}

const INSTALL: Partial<Record<NodeJS.Platform, string>> = {
  linux:
    'Install it with `apt-get install redis-server` (or `dnf install redis`, `apk add redis`), or set CORE_REDIS_URL and CACHE_REDIS_URL.',
  darwin: 'Install it with `brew install redis`, or set CORE_REDIS_URL and CACHE_REDIS_URL.',
}

/** On the path, else downloaded before, else downloaded now from Debian's own packages, without root and without touching the system. */
export async function findRedis(tools: string): Promise<RedisBinary> {
  return onPath() ?? inTools(tools) ?? (await download(tools))
}

/** `redis-server` or `valkey-server`, when it is new enough. */
export function onPath(searchPath = process.env.PATH ?? ''): RedisBinary | null {
  for (const name of ['redis-server', 'valkey-server']) {
    for (const folder of searchPath.split(path.delimiter)) {
      const command = path.join(folder, name)
      if (!fs.existsSync(command)) continue
      const version = versionOf(command, {})
      if (version && isNewEnough(version)) return { command, env: {}, version }
    }
  }
  return null
}

export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])
}

function inTools(tools: string): RedisBinary | null {
  const root = path.join(tools, 'redis')
  const command = path.join(root, 'usr', 'bin', 'redis-server')
  if (!fs.existsSync(command)) return null
  const libraries = ['usr/lib', 'lib'].flatMap((base) => {
    const folder = path.join(root, base)
    return fs.existsSync(folder) ? [folder, ...fs.readdirSync(folder).map((name) => path.join(folder, name))] : []
  })
  const env = { LD_LIBRARY_PATH: libraries.join(':') }
  const version = versionOf(command, env)
  return version && isNewEnough(version) ? { command, env, version } : null
}

/** Debian's redis-tools holds the server; it goes by the name it is started under. */
async function download(tools: string): Promise<RedisBinary> {
  if (process.platform !== 'linux' || spawnSync('apt-get', ['--version']).status !== 0)
    throw new NoRedis('There is no Redis on this machine, and no apt to bring one.')
  const draft = path.join(tools, `redis.${process.pid}.part`)
  fs.rmSync(draft, { recursive: true, force: true })
  fs.mkdirSync(path.join(draft, 'lists', 'partial'), { recursive: true })
  fs.mkdirSync(path.join(draft, 'cache', 'archives', 'partial'), { recursive: true })
  try {
    // Lists of our own, because the machine's may be empty, and old ones may name packages that are gone.
    const own = [
      '-o',
      `Dir::State::lists=${draft}/lists`,
      '-o',
      `Dir::Cache=${draft}/cache`,
      '-o',
      'APT::Sandbox::User=root',
      '-o',
      'Debug::NoLocking=1',
    ]
    await runApt(['update', '-qq', ...own], draft)
    await runApt(['download', '-qq', ...own, ...PACKAGES], draft)
    const root = path.join(draft, 'root')
    for (const name of fs.readdirSync(draft).filter((entry) => entry.endsWith('.deb'))) {
      const unpacked = spawnSync('dpkg', ['-x', path.join(draft, name), root], { encoding: 'utf8' })
      if (unpacked.status !== 0) throw new NoRedis(`Debian's ${name} could not be unpacked: ${unpacked.stderr.trim()}`)
    }
    fs.copyFileSync(path.join(root, 'usr/bin/redis-check-rdb'), path.join(root, 'usr/bin/redis-server'))
    fs.rmSync(path.join(tools, 'redis'), { recursive: true, force: true })
    fs.renameSync(root, path.join(tools, 'redis'))
  } finally {
    fs.rmSync(draft, { recursive: true, force: true })
  }
  const found = inTools(tools)
  if (!found) throw new NoRedis("Debian's Redis was downloaded but does not start here.")
  return found
}

async function runApt(args: readonly string[], folder: string): Promise<void> {
  const output: string[] = []
  const code = await new Promise<number>((resolve) => {
    const child = spawn('apt-get', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], timeout: DOWNLOAD_TIMEOUT_MS })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk.toString()))
    child.once('error', (error) => {
      output.push(error.message)
      resolve(1)
    })
    child.once('exit', (status) => resolve(status ?? 1))
  })
  if (code !== 0)
    throw new NoRedis(
      `There is no Redis on this machine, and \`apt-get ${args[0]}\` could not bring one: ${output.join('').trim().split('\n').slice(-3).join(' ')}`,
    )
}

function versionOf(command: string, env: Record<string, string>): string | null {
  const { status, stdout } = spawnSync(command, ['--version'], { encoding: 'utf8', env: { ...process.env, ...env } })
  return status === 0 ? (/v=(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? null) : null
}
