import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { StepFailed } from './progress.ts'
import { serverUser } from './server-user.ts'

/**
 * Everything that outlives a start, in one folder that git ignores:
 *
 *   tools/      what was downloaded or unpacked: Redis, nginx, Varnish, a browser, Postgres' binaries where its user cannot reach them
 *   data/       postgres/ core/ cache/ gateway.journal mail/ secrets.json ports.json
 *   media/      encoded photographs, named by their content
 *   assets/     scripts, styles and fonts of this release and of those before
 *   edge/       what nginx has kept, its configuration and its logs, and up to where its follower has come
 *   logs/       one file a process, begun anew at each start; of the start before, the last ones are in logs/before
 *   run/        who runs the store, and which processes belong to it
 *   tests/      stacks of tests, gone when they end
 *   reports/    what the last tests left to be read
 *
 * It is `.saleday` in the project. Postgres refuses to run as root, and the user that it runs as instead must be able to reach its data: in
 * a project that only root can enter, the folder is under /var/lib/saleday and `.saleday` links to it.
 */
export type StateFolder = { readonly path: string } & Record<(typeof INSIDE)[number], string>

const INSIDE = ['tools', 'data', 'media', 'assets', 'edge', 'logs', 'tests', 'reports'] as const
const ELSEWHERE = '/var/lib/saleday'

/** Makes what is missing of it. Throws `StepFailed` when it belongs to somebody else. */
export function openStateFolder(project: string): StateFolder {
  const folder = chooseStateFolder(project, serverUser() !== null, ELSEWHERE)
  try {
    linkTo(folder, path.join(project, '.saleday'))
    makeReachable(folder)
    for (const name of INSIDE) makeReachable(path.join(folder, name))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EROFS') throw error
    throw new StepFailed(
      `The state folder ${folder} cannot be used`,
      message,
      'It belongs to whoever started the store first. Start it as that user, or give the folder to this one (chown -R).',
    )
  }
  return foldersIn(folder)
}

/** Where everything is inside of one. */
export function foldersIn(folder: string): StateFolder {
  return {
    path: folder,
    ...(Object.fromEntries(INSIDE.map((name) => [name, path.join(folder, name)])) as Record<(typeof INSIDE)[number], string>),
  }
}

/**
 * Where the state of a project lives, given whether another user has to reach it. A `.saleday` that somebody linked to a place of their own
 * is followed; one that came along with a copy of another project is not.
 */
export function chooseStateFolder(project: string, mustBeReachable: boolean, elsewhere: string): string {
  const own = path.join(project, '.saleday')
  const away = path.join(elsewhere, createHash('sha256').update(fs.realpathSync(project)).digest('hex').slice(0, 12))
  const linked = readLink(own)
  if (linked === away) return away
  if (linked !== null && path.dirname(linked) !== elsewhere) return path.resolve(project, linked)
  return !mustBeReachable || isOpenToAll(project) ? own : away
}

/** Whether any user may pass through every folder of a path, and run what stands at its end. */
export function isOpenToAll(place: string): boolean {
  for (let at = fs.realpathSync(place); ; at = path.dirname(at)) {
    if ((fs.statSync(at).mode & 0o001) === 0) return false
    if (at === path.dirname(at)) return true
  }
}

/** Makes `.saleday` lead to the folder. A real folder of that name, from a start as another user, stays as it is. */
function linkTo(folder: string, own: string): void {
  const linked = readLink(own)
  const leadsThere = linked !== null && path.resolve(path.dirname(own), linked) === folder
  if (linked !== null && !leadsThere) fs.rmSync(own)
  if (folder !== own && !fs.lstatSync(own, { throwIfNoEntry: false })) fs.symlinkSync(folder, own)
}

/** A folder that others may pass through, whatever the umask says; what is secret in it says so itself. */
function makeReachable(folder: string): void {
  fs.mkdirSync(folder, { recursive: true })
  fs.accessSync(folder, fs.constants.W_OK)
  if (fs.statSync(folder).uid === process.getuid?.()) fs.chmodSync(folder, 0o755)
}

function readLink(place: string): string | null {
  try {
    return fs.readlinkSync(place)
  } catch {
    return null
  }
}
