import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { isOnPath, librariesIn, unpackDebian } from './debian-packages.ts'
import { StepFailed } from './progress.ts'
import { makeToolFolder } from './tool-folder.ts'

/** A program that can be started as Varnish, and where its modules are; null for where it looks itself. */
export type VarnishBinary = { readonly command: string; readonly env: Record<string, string>; readonly modules: string | null }

/** With what Varnish needs of the packages that are not on every machine. Its rules are compiled at start, for which it wants a C compiler. */
const PACKAGES = ['varnish', 'libvarnishapi3', 'libjemalloc2', 'libedit2', 'libbsd0']
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin']
const VERSION_TIMEOUT_MS = 10_000

/** As `findNginx`. Throws `StepFailed` where there is none, also where there is no C compiler. */
export async function findVarnish(tools: string, searchPath = process.env.PATH ?? ''): Promise<VarnishBinary> {
  const folders = [...searchPath.split(path.delimiter).filter(Boolean), ...SYSTEM_FOLDERS]
  const installed = folders.map((folder) => path.resolve(folder, 'varnishd')).find((command) => fs.existsSync(command) && runs(command, {}))
  try {
    if (!hasCompiler(searchPath)) throw new Error('there is no C compiler, which it needs.')
    if (installed) return { command: installed, env: {}, modules: null }
    const folder = await makeToolFolder(tools, 'varnish', (draft) =>
      unpackDebian(draft, { packages: PACKAGES, program: 'usr/sbin/varnishd' }),
    )
    return inFolder(folder)
  } catch (error) {
    throw new StepFailed('There is no Varnish', (error as Error).message, 'Install it with `apt-get install varnish`, then start again.')
  }
}

/** Whether its rules could be compiled here. */
export function hasCompiler(searchPath?: string): boolean {
  return isOnPath('gcc', searchPath)
}

function inFolder(folder: string): VarnishBinary {
  const libraries = librariesIn(folder)
  const own = libraries.split(':').map((place) => path.join(place, 'varnish'))
  const env = { LD_LIBRARY_PATH: [libraries, ...own.filter((place) => fs.existsSync(place))].join(':') }
  const command = path.join(folder, 'usr/sbin/varnishd')
  const modules = own.map((place) => path.join(place, 'vmods')).find((place) => fs.existsSync(place))
  if (runs(command, env) && modules) return { command, env, modules }
  fs.rmSync(folder, { recursive: true, force: true }) // or no later start would try again
  throw new Error("Debian's does not start here.")
}

function runs(command: string, env: Record<string, string>): boolean {
  return spawnSync(command, ['-V'], { env: { ...process.env, ...env }, timeout: VERSION_TIMEOUT_MS }).status === 0
}
