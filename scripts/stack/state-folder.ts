import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { serverUser } from './server-user.ts'

/**
 * Everything that outlives a start, in one folder that git ignores:
 *
 *   tools/      what was downloaded or unpacked: Redis, a browser, Postgres' binaries where its user cannot reach them
 *   data/       postgres/ core/ cache/ gateway.journal mail/ secrets.json ports.json
 *   media/      encoded photographs, named by their content
 *   logs/       one file a process, begun anew at each start
 *   run.lock    who runs the store; run.json has its processes
 *   tests/      stacks of tests, gone when they end
 *
 * It is `.saleday` in the project. Postgres refuses to run as root, and the user that it runs as instead must be able to reach its data: in
 * a project that only root can enter, the folder is under /var/lib/saleday and `.saleday` links to it.
 */
export type StateFolder = { readonly path: string } & Record<'tools' | 'data' | 'media' | 'logs' | 'tests', string>

export function openStateFolder(project: string): StateFolder {
  const link = path.join(project, '.saleday')
  const folder = chooseStateFolder(project)
  fs.mkdirSync(folder, { recursive: true, mode: 0o755 })
  if (folder !== link && !fs.existsSync(link)) fs.symlinkSync(folder, link)
  const inside = (name: string) => {
    const place = path.join(folder, name)
    fs.mkdirSync(place, { recursive: true, mode: 0o755 })
    return place
  }
  return {
    path: folder,
    tools: inside('tools'),
    data: inside('data'),
    media: inside('media'),
    logs: inside('logs'),
    tests: inside('tests'),
  }
}

/** Where the state of a project lives, given who runs it. */
export function chooseStateFolder(project: string): string {
  const link = path.join(project, '.saleday')
  if (fs.existsSync(link)) return fs.realpathSync(link)
  const reachable = serverUser() === null || isOpenToAll(project)
  return reachable ? link : path.join('/var/lib/saleday', createHash('sha256').update(fs.realpathSync(project)).digest('hex').slice(0, 12))
}

/** Whether any user may pass through every folder of a path. */
export function isOpenToAll(place: string): boolean {
  for (let at = fs.realpathSync(place); ; at = path.dirname(at)) {
    if ((fs.statSync(at).mode & 0o001) === 0) return false
    if (at === path.dirname(at)) return true
  }
}

export type Secrets = Record<'sessionSecret' | 'internalToken' | 'actionsKey' | 'postgresPassword' | 'redisPassword' | 'stripeKey', string>

/** Made once, kept for this user's eyes only. The key of the server actions is pinned here too, so that a form outlives a build. */
export function readSecrets(data: string): Secrets {
  const file = path.join(data, 'secrets.json')
  if (fs.existsSync(file)) return JSON.parse(fs.readFileSync(file, 'utf8')) as Secrets
  const word = () => randomBytes(24).toString('base64url')
  const secrets: Secrets = {
    sessionSecret: randomBytes(32).toString('base64url'),
    internalToken: randomBytes(32).toString('base64url'),
    actionsKey: randomBytes(32).toString('base64'),
    postgresPassword: word(),
    redisPassword: word(),
    stripeKey: `sk_test_${word()}`,
  }
  fs.writeFileSync(file, JSON.stringify(secrets, null, 2), { mode: 0o600 })
  return secrets
}
