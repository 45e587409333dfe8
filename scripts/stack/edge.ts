import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { type EdgeOptions, edgeConf } from './edge-conf.ts'
import { giveToServerUser, serverUser } from './server-user.ts'
import { Service } from './service.ts'

/** How whoever holds the token speaks to an edge: `/purge` with the key of an entry in `x-purge-key`. */
export const TOKEN_HEADER = 'x-edge-token'

const READY_TIMEOUT_MS = 60_000
const ANSWER_TIMEOUT_MS = 1000
/** Longer than nginx gives those whom it is still answering. */
const STOP_PATIENCE_MS = 15_000
const CACHES = ['pages', 'moments']

export type EdgeServiceOptions = Omit<EdgeOptions, 'user'> & { readonly logFile: string }

/**
 * nginx in front of a pool of web processes, see deploy/edge/nginx.conf.template. What it has kept stays in its folder, and is found there at
 * the next start. Started as root, its workers are the user that Postgres runs as, too.
 */
export async function edgeService({ logFile, ...options }: EdgeServiceOptions): Promise<Service> {
  const { folder, binary, controlPort, token } = options
  const temp = ['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => path.join('temp', name))
  for (const name of [...CACHES, ...temp]) fs.mkdirSync(path.join(folder, name), { recursive: true })
  for (const name of [...CACHES, 'temp']) giveToServerUser(path.join(folder, name))
  const conf = path.join(folder, 'nginx.conf')
  fs.writeFileSync(conf, await edgeConf({ ...options, user: workersUser() }), { mode: 0o600 })
  return new Service({
    name: 'nginx',
    command: binary.command,
    args: ['-e', 'stderr', '-p', folder, '-c', conf],
    cwd: folder,
    env: { ...process.env, ...binary.env },
    logFile,
    isReady: () => isUp(controlPort, token),
    readyTimeoutMs: READY_TIMEOUT_MS,
    stopSignal: 'SIGQUIT',
    stopPatienceMs: STOP_PATIENCE_MS,
  })
}

export type FollowerOptions = Pick<EdgeOptions, 'project' | 'folder' | 'controlPort' | 'token'> & {
  readonly databaseUrl: string
  readonly logFile: string
}

/** What keeps that nginx true to the catalogue, see server/edge. */
export function followerService({ project, folder, controlPort, token, databaseUrl, logFile }: FollowerOptions): Service {
  return new Service({
    name: 'edge follower',
    command: process.execPath,
    args: ['server/edge/main.ts'],
    cwd: project,
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      EDGE_FOLDER: folder,
      EDGE_CONTROL_URL: `http://127.0.0.1:${controlPort}`,
      EDGE_TOKEN: token,
    },
    logFile,
    isReady: async (said) => said().includes('"msg":"edge follower ready"'),
    readyTimeoutMs: READY_TIMEOUT_MS,
    stopSignal: 'SIGTERM',
    stopPatienceMs: STOP_PATIENCE_MS,
  })
}

async function isUp(port: number, token: string): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/health`, {
    headers: { [TOKEN_HEADER]: token },
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  })
  return answer.status === 204
}

function workersUser(): EdgeOptions['user'] {
  const user = serverUser()
  if (!user) return null
  const name = spawnSync('id', ['-un', `${user.uid}`], { encoding: 'utf8' }).stdout.trim()
  const group = spawnSync('id', ['-gn', `${user.uid}`], { encoding: 'utf8' }).stdout.trim()
  return { name, group }
}
