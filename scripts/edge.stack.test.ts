import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { isFree } from './stack/chosen-port.mjs'
import { copyFolder } from './stack/copy-folder.ts'
import { sendSignal } from './stack/end-process.ts'
import { findNginx } from './stack/nginx-binary.ts'
import { claimPort } from './stack/ports.ts'
import { identify, isAlive } from './stack/process-identity.mjs'
import { RunRecord } from './stack/run-record.ts'
import { giveToServerUser, type ServerUser, serverUser } from './stack/server-user.ts'
import { StandIn } from './stack/stand-in-web.ts'
import { openStateFolder } from './stack/state-folder.ts'

/** The real `npm run edge`, in a copy of what it needs of the project, in front of a web process of the test's own. */
const project = path.dirname(import.meta.dirname)
const state = openStateFolder(project)
const folder = path.join(state.tests, `${process.pid}-${randomBytes(4).toString('hex')}`)
const PATIENCE_MS = 30_000

let record: RunRecord
const web = new StandIn()
web.answer = (_, response) => {
  response.writeHead(200, { 'cache-control': 's-maxage=300' }).end(`page ${web.asked.length}`)
}

beforeAll(async () => {
  fs.mkdirSync(folder)
  fs.chmodSync(folder, 0o755)
  record = RunRecord.take(folder, '')
  await web.start()
  await findNginx(state.tools)
})
afterAll(async () => {
  await web.kill()
  record.release()
  fs.rmSync(folder, { recursive: true, force: true })
})

const alive: Edge[] = []
afterEach(async () => {
  for (const edge of alive.splice(0)) await edge.stop('SIGINT')
})

class Edge {
  said = ''
  readonly #child: ChildProcess

  constructor(copy: string, port: number, user: ServerUser | null) {
    alive.push(this)
    const env = { ...process.env, EDGE_PORT: `${port}`, EDGE_POOL: `127.0.0.1:${web.port}`, PUBLIC_URL: 'http://shop.example' }
    this.#child = spawn(process.execPath, ['scripts/edge.ts'], { cwd: copy, env, detached: true, ...(user ?? {}) })
    for (const out of [this.#child.stdout, this.#child.stderr]) out?.on('data', (chunk) => (this.said += chunk))
  }

  async says(text: string): Promise<void> {
    const giveUpAt = Date.now() + PATIENCE_MS
    while (!this.said.includes(text)) {
      if (Date.now() > giveUpAt || this.#child.exitCode !== null) throw new Error(`it never said ${JSON.stringify(text)}:\n${this.said}`)
      await setTimeout(20)
    }
  }

  async stop(signal: NodeJS.Signals): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = once(this.#child, 'exit')
      this.#child.kill(signal)
      await gone
    }
    return this.#child.exitCode
  }

  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null) await once(this.#child, 'exit')
    return this.#child.exitCode
  }
}

/** Where the project is in a folder that only root can enter, nobody else can start anything of it. */
function otherUser(): ServerUser | null {
  const user = serverUser()
  return user && spawnSync(process.execPath, ['--version'], { ...user, cwd: '/' }).status === 0 ? user : null
}

const other = otherUser()
const users = [{ who: 'who runs the tests', user: null as ServerUser | null }, ...(other ? [{ who: 'nobody', user: other }] : [])]

describe.each(users)('started as $who, the edge', ({ who, user }) => {
  let copy = ''
  let port = 0
  const page = async () => (await fetch(`http://localhost:${port}/p/page`)).text()
  const nginxPid = () => Number(fs.readFileSync(path.join(copy, '.saleday/edge/nginx.pid'), 'utf8'))

  beforeAll(async () => {
    copy = path.join(folder, who) // with spaces in it, as a folder of somebody's may have
    fs.mkdirSync(path.join(copy, '.saleday/tools'), { recursive: true })
    for (const name of ['scripts', 'deploy', 'domain', 'package.json']) await copyFolder(path.join(project, name), path.join(copy, name))
    fs.symlinkSync(path.join(project, 'node_modules'), path.join(copy, 'node_modules'))
    fs.symlinkSync(path.join(state.tools, 'nginx'), path.join(copy, '.saleday/tools/nginx')) // nowhere, where one is installed
    if (user) giveToServerUser(copy)
    port = await claimPort()
  })

  test('keeps pages, also over its own end, and leaves nothing behind but them', async () => {
    const edge = new Edge(copy, port, user)
    await edge.says('The edge is open at')
    const first = await page()
    expect(await page()).toBe(first)
    expect(await edge.stop('SIGINT')).toBe(0)
    expect(await isFree(port, 'everywhere')).toBe(true)
    const again = new Edge(copy, port, user)
    await again.says('The edge is open at')
    expect(await page()).toBe(first)
  })

  test('is there once: who starts another hears of it', async () => {
    const edge = new Edge(copy, port, user)
    await edge.says('The edge is open at')
    const other = new Edge(copy, port, user)
    await other.says('An edge is running already')
    expect(await other.ended()).toBe(1)
    expect(await page()).toMatch(/^page/)
  })

  test('comes back when its nginx is killed', async () => {
    const edge = new Edge(copy, port, user)
    await edge.says('The edge is open at')
    sendSignal(nginxPid(), 'SIGKILL')
    await edge.says('nginx is back')
    expect(await page()).toMatch(/^page/)
  })

  test('is started again after its starter was killed', async () => {
    const edge = new Edge(copy, port, user)
    await edge.says('The edge is open at')
    const left = identify(nginxPid())
    await edge.stop('SIGKILL')
    expect(left && isAlive(left)).toBe(true)
    const again = new Edge(copy, port, user)
    await again.says('The edge is open at')
    expect(left && isAlive(left)).toBe(false)
    expect(await page()).toMatch(/^page/)
  })

  test('says what is wrong with what it is told, and starts nothing', async () => {
    for (const [name, value, said] of [
      ['EDGE_PORT', 'x', 'That is no port'],
      ['EDGE_POOL', 'a; b', 'EDGE_POOL is not understood'],
      ['EDGE_HOSTS', 'a{', 'EDGE_HOSTS is not understood'],
      ['EDGE_TRUSTED', 'anybody', 'EDGE_TRUSTED is not understood'],
      ['PUBLIC_URL', 'shop.example', 'That is no address'],
    ] as const) {
      const env = { ...process.env, EDGE_POOL: '127.0.0.1:3000', PUBLIC_URL: 'http://shop.example', [name]: value }
      const child = spawn(process.execPath, ['scripts/edge.ts'], { cwd: copy, env, ...(user ?? {}) })
      let text = ''
      child.stderr.on('data', (chunk) => (text += chunk))
      expect(await once(child, 'close')).toEqual([1, null])
      expect(text).toContain(said)
    }
  })
})
