import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { librariesIn, unpackDebian } from './debian-packages.ts'
import { StepFailed } from './progress.ts'
import { makeToolFolder } from './tool-folder.ts'

/** A program that can be started as nginx, with the modules that an edge of ours loads into it. */
export type NginxBinary = {
  readonly command: string
  readonly env: Record<string, string>
  readonly modules: readonly string[]
  readonly version: string
}

/** Purging by key, and files that were compressed ahead in brotli. nginx' own does the rest. */
const MODULES = ['ngx_http_cache_purge_module.so', 'ngx_http_brotli_static_module.so']
const PACKAGES = ['nginx', 'libnginx-mod-http-cache-purge', 'libnginx-mod-http-brotli-static']
/** Where it is for those whose path has only what everybody may run. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin']
const LOOK_TIMEOUT_MS = 60_000

/**
 * On the system with both modules, else downloaded before, else downloaded now from Debian's own packages, without root and without touching
 * the system. Throws `StepFailed` with the command that installs one where none of it works.
 */
export async function findNginx(tools: string, searchPath = process.env.PATH ?? ''): Promise<NginxBinary> {
  const installed = onSystem([...searchPath.split(path.delimiter), ...SYSTEM_FOLDERS])
  if (installed) return installed
  try {
    const packages = { packages: PACKAGES, program: 'usr/sbin/nginx' }
    return inFolder(await makeToolFolder(tools, 'nginx', (draft) => unpackDebian(draft, packages)))
  } catch (error) {
    throw new StepFailed(
      'There is no nginx',
      `No nginx with ${MODULES.join(' and ')} is on the path, and ${(error as Error).message}`,
      `Install it with \`apt-get install ${PACKAGES.join(' ')}\`, then start again.`,
    )
  }
}

/** The first nginx of these folders that runs with the modules. An empty place in a path would be wherever somebody stands. */
export function onSystem(folders: readonly string[]): NginxBinary | null {
  for (const folder of folders.filter(Boolean)) {
    const command = path.resolve(folder, 'nginx')
    const binary = fs.existsSync(command) ? lookAt(command, {}) : null
    if (binary) return binary
  }
  return null
}

function inFolder(folder: string): NginxBinary {
  const binary = lookAt(
    path.join(folder, 'usr/sbin/nginx'),
    { LD_LIBRARY_PATH: librariesIn(folder) },
    path.join(folder, 'usr/lib/nginx/modules'),
  )
  if (binary) return binary
  fs.rmSync(folder, { recursive: true, force: true }) // or no later start would try again
  throw new Error("Debian's does not start here.")
}

/** `modulesIn` where they are not where the program was built to look for them. */
function lookAt(command: string, env: Record<string, string>, modulesIn?: string): NginxBinary | null {
  const { status, stderr } = spawnSync(command, ['-V'], { encoding: 'utf8', env: { ...process.env, ...env }, timeout: LOOK_TIMEOUT_MS })
  const version = /nginx\/(\d+\.\d+\.\d+)/.exec(stderr ?? '')?.[1]
  const folder = modulesIn ?? /--modules-path=(\S+)/.exec(stderr ?? '')?.[1]
  if (status !== 0 || !version || !folder) return null
  const modules = MODULES.map((name) => path.join(folder, name))
  const binary = { command, env, modules, version }
  return modules.every((file) => fs.existsSync(file)) && takesModules(binary) ? binary : null
}

/** A module is good for the nginx that it was built for, and no other tells so before it starts. */
function takesModules({ command, env, modules }: NginxBinary): boolean {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saleday-nginx-'))
  try {
    const conf = path.join(folder, 'nginx.conf')
    const loading = modules.map((file) => `load_module ${JSON.stringify(file)};`)
    fs.writeFileSync(conf, [...loading, `pid ${JSON.stringify(path.join(folder, 'pid'))};`, 'events {}'].join('\n'))
    const args = ['-t', '-e', 'stderr', '-p', folder, '-c', conf]
    return spawnSync(command, args, { env: { ...process.env, ...env }, timeout: LOOK_TIMEOUT_MS }).status === 0
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}
