import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { copyFolder } from './stack/copy-folder.ts'
import { sendSignal } from './stack/end-process.ts'
import { claimPort } from './stack/ports.ts'
import { identify, isAlive, type ProcessIdentity } from './stack/process-identity.mjs'
import { redisUrl } from './stack/redis.ts'
import { findRedis } from './stack/redis-binary.ts'
import { runCommand } from './stack/run-command.ts'
import { readLock } from './stack/run-lock.mjs'
import { RunRecord } from './stack/run-record.ts'
import { openStateFolder } from './stack/state-folder.ts'

/** The real launcher, in a copy of the project with a page of its own in place of the shop's, which builds in seconds, or none, which fails. */
const COPIED = [
  'domain',
  'prisma',
  'prisma.config.ts',
  'scripts',
  'server',
  'workers',
  'package.json',
  'package-lock.json',
  'next.config.mjs',
  'tsconfig.json',
]
const PAGE = 'export default () => null\n'
const LAYOUT = 'export default ({ children }: { children: React.ReactNode }) => <html lang="en"><body>{children}</body></html>\n'
const OPEN = 'Saleday is open at'
const SERVERS = ['Postgres', 'Redis core', 'Redis cache', 'mail', 'payment gateway']
const START_MS = 120_000

const project = path.dirname(import.meta.dirname)
const state = openStateFolder(project)
const folder = path.join(state.tests, `${process.pid}-${randomBytes(4).toString('hex')}`)
const copy = path.join(folder, 'project')
const starts: Start[] = []
let record: RunRecord
let port = 0

beforeAll(async () => {
  fs.mkdirSync(copy, { recursive: true })
  for (const place of [folder, copy]) fs.chmodSync(place, 0o755)
  record = RunRecord.take(folder, '')
  for (const name of COPIED) await copyFolder(path.join(project, name), path.join(copy, name))
  fs.rmSync(path.join(copy, 'server', 'db', 'generated'), { recursive: true, force: true })
  await linkFolder(path.join(project, 'node_modules'), path.join(copy, 'node_modules'))
  await findRedis(state.tools)
  fs.mkdirSync(path.join(copy, '.saleday', 'tools'), { recursive: true })
  fs.symlinkSync(path.join(state.tools, 'redis'), path.join(copy, '.saleday', 'tools', 'redis')) // nowhere, where one is on the path
  port = await claimPort()
}, START_MS)

afterEach(async () => {
  for (const one of starts.splice(0)) {
    signalOwner('SIGTERM') // who started it may have been killed
    one.signal('SIGTERM')
    await one.ended
  }
})

afterAll(() => {
  record.release()
  fs.rmSync(folder, { recursive: true, force: true })
})

test('a port in use is told before anything is started', async () => {
  const server = net.createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  try {
    const one = start()
    expect(await one.ended).toBe(1)
    expect(one.said()).toContain(`Port ${port} is in use`)
    expect(recorded()).toEqual([])
  } finally {
    server.close()
  }
})

test(
  'a build that fails says so and what to do, and leaves nothing running',
  async () => {
    const one = start()
    await onRecord('production build')
    expect(names()).toEqual(expect.arrayContaining(SERVERS))
    expect(await one.ended).toBe(1)
    expect(one.said()).toContain('The production build failed')
    expect(one.said()).toContain('`app` directory')
    expect(one.said()).toContain('build.log')
    expect(recorded()).toEqual([])
  },
  START_MS,
)

test(
  'a start after a kill -9 of the launcher ends all that it had left, in the build too, and keeps data; SIGTERM leaves nothing',
  async () => {
    await givePages()
    const first = start()
    await onRecord('production build')
    const left = recorded()
    await core((redis) => redis.set('kept', '7'))
    signalOwner('SIGKILL')
    expect(await first.ended).toBe(137)
    // The build may end by itself now, for nobody reads what it prints.
    expect(left.filter(isAlive).map(({ name }) => name)).toEqual(expect.arrayContaining(SERVERS))

    const second = start()
    await second.says('Ended what an earlier start had left behind: ')
    expect(left.some(isAlive)).toBe(false)
    await onRecord('production build')
    expect(await core((redis) => redis.get('kept'))).toBe('7')

    const third = start()
    expect(await third.ended).toBe(1)
    expect(third.said()).toContain(`process ${owner()?.pid} runs it at http://localhost:${port}`)

    const running = recorded()
    expect(names()).toEqual(expect.arrayContaining(['production build', ...SERVERS]))
    second.signal('SIGTERM')
    expect(await second.ended).toBe(0)
    expect(running.some(isAlive)).toBe(false)
    expect(recorded()).toEqual([])
  },
  START_MS,
)

test(
  'a store opens, and the files of its build are kept; one whose launcher, or whoever passes signals to it, was killed is stopped by the next start; SIGTERM leaves nothing',
  async () => {
    await givePages()
    const first = start()
    await first.says(OPEN)
    expect(await health()).toBe('ready')
    const release = fs.readFileSync(path.join(copy, '.next', 'BUILD_ID'), 'utf8')
    expect(fs.readdirSync(path.join(copy, '.saleday', 'assets', 'releases'))).toEqual([release])
    const orphan = owner()
    if (orphan) record.keep({ ...orphan, name: 'store', stopSignal: 'SIGTERM', stopPatienceMs: 60_000 })
    first.signal('SIGKILL')
    await vi.waitFor(() => expect(identify(first.pid)).toBeNull(), { timeout: START_MS })
    expect(await health()).toBe('ready')

    const second = start()
    await second.says(`Stopping the store that an earlier start had left running (process ${orphan?.pid})`)
    await second.says(OPEN)
    expect(second.said()).toContain('Production build – unchanged')
    expect(orphan && isAlive(orphan)).toBe(false)
    const left = recorded()
    signalOwner('SIGKILL')
    expect(await second.ended).toBe(137)

    const third = start()
    await third.says(
      `Ended what an earlier start had left behind: web, ${names()
        .filter((name) => name !== 'web')
        .join(', ')}`,
    )
    await third.says(OPEN)
    expect(left.some(isAlive)).toBe(false)
    const running = recorded()
    expect(names()).toEqual(expect.arrayContaining([...SERVERS, 'workers', 'media', 'web']))
    third.signal('SIGTERM')
    expect(await third.ended).toBe(0)
    expect(third.said()).toContain('Stopped')
    expect(running.some(isAlive)).toBe(false)
    expect(recorded()).toEqual([])
  },
  START_MS,
)

type Start = {
  readonly pid: number
  readonly ended: Promise<number | null>
  said(): string
  signal(signal: NodeJS.Signals): void
  /** Resolves once it has said this. */
  says(text: string): Promise<void>
}

function start(): Start {
  const args = ['scripts/launch.mjs', 'scripts/start.ts', '--port', String(port)]
  const child = spawn(process.execPath, args, { cwd: copy, env: bareEnvironment(), stdio: 'pipe' })
  const pid = child.pid ?? 0
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const identity = identify(pid)
  // Where this test is killed, the next run ends it, and it ends what it has started.
  if (identity) record.keep({ ...identity, name: `start ${pid}`, stopSignal: 'SIGTERM', stopPatienceMs: 60_000 })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const one: Start = {
    pid,
    ended,
    said: () => output,
    signal: (signal) => void child.kill(signal),
    async says(text: string) {
      const hasEnded = ended.then(() => Promise.reject(new Error(`It ended:\n${output}`)))
      await Promise.race([vi.waitFor(() => expect(output).toContain(text), { timeout: START_MS }), hasEnded])
    },
  }
  starts.push(one)
  return one
}

/** No address of a server from outside, and nothing that a test runner sets. */
function bareEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, NODE_ENV } = process.env
  return { PATH, HOME, NODE_ENV }
}

/** A page, and what the launcher asks. */
async function givePages(): Promise<void> {
  const app = path.join(copy, 'app')
  if (fs.existsSync(app)) return
  fs.mkdirSync(path.join(app, 'api'), { recursive: true })
  fs.writeFileSync(path.join(app, 'page.tsx'), PAGE)
  fs.writeFileSync(path.join(app, 'layout.tsx'), LAYOUT)
  await copyFolder(path.join(project, 'app', 'api', 'health'), path.join(app, 'api', 'health'))
}

/** The launcher itself; what a test starts is the first of those that pass signals on to it. */
function owner(): ProcessIdentity | null {
  return readLock(path.join(copy, '.saleday', 'run')).owner
}

function signalOwner(signal: NodeJS.Signals): void {
  const { pid } = owner() ?? {}
  if (pid) sendSignal(pid, signal)
}

async function health(): Promise<string> {
  const response = await fetch(`http://localhost:${port}/api/health/ready`)
  return ((await response.json()) as { status: string }).status
}

function recorded(): (ProcessIdentity & { name: string })[] {
  const file = path.join(copy, '.saleday', 'run', 'processes.json')
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')).processes : []
}

function names(): string[] {
  return recorded().map(({ name }) => name)
}

/** Resolves once a process of this name is on record. */
async function onRecord(name: string): Promise<void> {
  await vi.waitFor(() => expect(names()).toContain(name), { timeout: START_MS, interval: 10 })
}

async function core<T>(run: (redis: Redis) => Promise<T>): Promise<T> {
  const read = (name: string) => JSON.parse(fs.readFileSync(path.join(copy, '.saleday', 'data', name), 'utf8'))
  const redis = new Redis(redisUrl({ port: read('ports.json').core, password: read('secrets.json').redisPassword }))
  try {
    return await run(redis)
  } finally {
    redis.disconnect()
  }
}

/** The same files by another name where the file system can, copies elsewhere. */
async function linkFolder(from: string, to: string): Promise<void> {
  const { why } = await runCommand({ name: 'links', command: 'cp', args: ['-al', from, to], cwd: '/', env: process.env, timeoutMs: 30_000 })
  if (why === null) return
  fs.rmSync(to, { recursive: true, force: true })
  await copyFolder(from, to)
}
