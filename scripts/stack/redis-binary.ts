import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { librariesIn, unpackDebian } from './debian-packages.ts'
import { StepFailed } from './progress.ts'
import { makeToolFolder } from './tool-folder.ts'

/** A program that can be started as a Redis server, and what it needs in its environment. */
export type RedisBinary = { readonly command: string; readonly env: Record<string, string>; readonly version: string }

/** What Debian's redis-tools needs of the packages that are not on every machine. */
const PACKAGES = ['redis-tools', 'libatomic1', 'liblzf1', 'libjemalloc2']
/** Scripts that free memory run where there is none left, which a flag of 7.0 allows them. */
const LEAST = [7, 0] as const
const VERSION_TIMEOUT_MS = 10_000
const INSTALL: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'Install it with `apt-get install redis-server` (or `dnf install redis`, `apk add redis`)',
  darwin: 'Install it with `brew install redis`',
}

/**
 * On the path, else downloaded before, else downloaded now from Debian's own packages, without root and without touching the system.
 * Throws `StepFailed` with the command that installs one where none of it works.
 */
export async function findRedis(tools: string, searchPath = process.env.PATH ?? ''): Promise<RedisBinary> {
  const installed = onPath(searchPath)
  if (installed) return installed
  try {
    const folder = await makeToolFolder(tools, 'redis', downloadRedis)
    return inFolder(folder)
  } catch (error) {
    const install = INSTALL[process.platform] ?? 'Install Redis 7.0 or later (https://redis.io/docs/latest/get-started/)'
    throw new StepFailed(
      'There is no Redis',
      `No redis-server or valkey-server of ${LEAST.join('.')} or later is on the path, and ${(error as Error).message}`,
      `${install}, or set CORE_REDIS_URL and CACHE_REDIS_URL, then start again.`,
    )
  }
}

/** `redis-server` or `valkey-server`, the first that is new enough. */
export function onPath(searchPath: string): RedisBinary | null {
  for (const name of ['redis-server', 'valkey-server']) {
    for (const folder of searchPath.split(path.delimiter)) {
      const command = path.join(folder, name)
      const version = fs.existsSync(command) ? versionOf(command, {}) : null
      if (version !== null && isNewEnough(version)) return { command, env: {}, version }
    }
  }
  return null
}

export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])
}

/** redis-tools holds the server, which goes by the name that it is started under. */
async function downloadRedis(folder: string): Promise<void> {
  const program = 'usr/bin/redis-check-rdb'
  await unpackDebian(folder, { packages: PACKAGES, program })
  fs.copyFileSync(path.join(folder, program), path.join(folder, 'usr/bin/redis-server'))
}

function inFolder(folder: string): RedisBinary {
  const command = path.join(folder, 'usr', 'bin', 'redis-server')
  const env = { LD_LIBRARY_PATH: librariesIn(folder) }
  const version = versionOf(command, env)
  if (version !== null && isNewEnough(version)) return { command, env, version }
  fs.rmSync(folder, { recursive: true, force: true }) // or no later start would try again
  throw new Error(version === null ? "Debian's does not start here." : `Debian's is ${version}.`)
}

function versionOf(command: string, env: Record<string, string>): string | null {
  const { status, stdout } = spawnSync(command, ['--version'], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: VERSION_TIMEOUT_MS,
  })
  return status === 0 ? (/v=(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? null) : null
}
