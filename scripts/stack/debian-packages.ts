import fs from 'node:fs'
import path from 'node:path'
import { runCommand } from './run-command.ts'

/** Part of every Debian, and never to be mixed with another one's. */
const SYSTEM = /^(libc6|libc-bin|libcrypt1|libgcc-s1|gcc-\d+-base|debconf.*|perl.*|dpkg|tar)$/
const APT_TIMEOUT_MS = 180_000
const DPKG_TIMEOUT_MS = 30_000

export type DebianPackages = {
  readonly packages: readonly string[]
  /** In the unpacked folder. Should a library of it be missing on this machine, what the first package depends on is fetched too. */
  readonly program: string
}

/**
 * Unpacks packages of Debian's into a folder, without root and without touching the system. The lists of packages are the folder's own too,
 * because the machine's may be empty, or so old that they name what is gone. Throws when there is no apt or it cannot reach its mirror.
 */
export async function unpackDebian(folder: string, { packages, program }: DebianPackages): Promise<void> {
  if (process.platform !== 'linux' || !isOnPath('apt-get')) throw new Error('there is no apt here to bring one.')
  const apt = path.join(folder, 'apt')
  for (const place of ['lists/partial', 'archives/partial']) fs.mkdirSync(path.join(apt, place), { recursive: true })
  // What counts is whether the packages come: a third party's mirror that is down does not stop them.
  const updated = await runApt(apt, 'apt-get', ['update', '-qq'])
  const downloaded = await runApt(apt, 'apt-get', ['download', '-qq', ...packages])
  if (downloaded.why !== null) throw new Error(`apt-get could not bring one: ${lastLines(updated.output + downloaded.output)}`)
  await unpack(apt, folder)
  if (await lacksLibraries(folder, program)) {
    const needed = (await dependenciesOf(apt, packages[0] ?? '')).filter((name) => !SYSTEM.test(name))
    await runApt(apt, 'apt-get', ['download', '-qq', ...needed])
    await unpack(apt, folder)
  }
  fs.rmSync(apt, { recursive: true, force: true })
}

/** The folders of shared libraries in an unpacked package, as LD_LIBRARY_PATH. */
export function librariesIn(folder: string): string {
  const places = ['usr/lib', 'lib'].map((name) => path.join(folder, name)).filter((place) => fs.existsSync(place))
  const inside = places.flatMap((place) => fs.readdirSync(place, { withFileTypes: true }))
  return [...places, ...inside.filter((entry) => entry.isDirectory()).map((entry) => path.join(entry.parentPath, entry.name))].join(':')
}

function runApt(apt: string, command: 'apt-get' | 'apt-cache', args: readonly string[]) {
  // APT::Sandbox::User: root's apt would work as a user who may not enter this folder.
  const own = [`Dir::State::lists=${apt}/lists`, `Dir::Cache=${apt}`, 'APT::Sandbox::User=root', 'Debug::NoLocking=1']
  return runCommand({
    name: `${command} ${args[0]}`,
    command,
    args: [...own.flatMap((option) => ['-o', option]), ...args],
    cwd: apt,
    env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
    timeoutMs: APT_TIMEOUT_MS,
  })
}

async function unpack(from: string, into: string): Promise<void> {
  for (const name of fs.readdirSync(from).filter((entry) => entry.endsWith('.deb'))) {
    const { why, output } = await run('dpkg', ['-x', path.join(from, name), into])
    if (why !== null) throw new Error(`Debian's ${name} could not be unpacked: ${lastLines(output) || why}`)
    fs.rmSync(path.join(from, name))
  }
}

async function lacksLibraries(folder: string, program: string): Promise<boolean> {
  const { output } = await run('ldd', [path.join(folder, program)], { LD_LIBRARY_PATH: librariesIn(folder) })
  return output.includes('not found')
}

/** Everything that a package needs, directly or through others. */
async function dependenciesOf(apt: string, name: string): Promise<string[]> {
  const only = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map((kind) => `--no-${kind}`)
  const { output } = await runApt(apt, 'apt-cache', ['depends', '--recurse', ...only, name])
  return output.split('\n').filter((line) => /^[a-z0-9]/.test(line))
}

function run(command: string, args: readonly string[], env: Record<string, string> = {}) {
  return runCommand({ name: command, command, args, cwd: '/', env: { ...process.env, ...env, LC_ALL: 'C' }, timeoutMs: DPKG_TIMEOUT_MS })
}

export function isOnPath(command: string, searchPath = process.env.PATH ?? ''): boolean {
  return searchPath
    .split(path.delimiter)
    .filter(Boolean)
    .some((folder) => fs.existsSync(path.join(folder, command)))
}

function lastLines(output: string): string {
  return output.trim().split('\n').slice(-3).join(' ')
}
