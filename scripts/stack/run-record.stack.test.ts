import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { identify } from './process-identity.mjs'
import { AlreadyRunning, isHeld, type RecordedProcess, RunRecord } from './run-record.ts'
import { takeOver } from './take-over.ts'

const WAIT = { timeout: 10_000, interval: 20 }
const FOR_EVER = 'setInterval(() => {}, 1000)'
const module = (name: string) => JSON.stringify(path.join(import.meta.dirname, name))
const TAKER = `
  import { RunRecord } from ${module('run-record.ts')}
  try {
    RunRecord.take(process.argv[1], 'http://localhost:1')
    console.log('took')
  } catch (error) {
    console.log(error.constructor.name)
  }
  ${FOR_EVER}
`

let folder = ''
const children: ChildProcess[] = []
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saleday-run-'))
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  fs.rmSync(folder, { recursive: true, force: true })
})

test('while somebody runs a store, others learn who and where', async () => {
  const holder = await run(TAKER)
  expect(isHeld(folder)).toBe(true)
  const refusal = await takeOver(folder, '', () => {}).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(AlreadyRunning)
  expect(refusal).toMatchObject({ pid: holder.pid, url: 'http://localhost:1', isOrphan: false })
})

test('of many that come after a kill -9, one takes over', async () => {
  const holder = await run(TAKER)
  await end(holder)
  expect(isHeld(folder)).toBe(false)
  const said = (await Promise.all(Array.from({ length: 6 }, () => run(TAKER)))).map(({ said: words }) => words)
  expect(said.toSorted()).toEqual([...Array.from({ length: 5 }, () => 'AlreadyRunning'), 'took'])
})

test('what a killed run left behind is ended in the order in which it should go, each by its own signal', async () => {
  const order = path.join(folder, 'order')
  const note = (name: string, signal: string) =>
    `process.once('${signal}', () => setTimeout(() => { require('node:fs').appendFileSync('${order}', '${name} by ${signal}\\n'); process.exit() }, 50))`
  const left = [
    { name: 'Postgres', stopSignal: 'SIGINT' as const },
    { name: 'web', stopSignal: 'SIGTERM' as const },
  ]
  const earlier = RunRecord.take(folder, '')
  for (const { name, stopSignal } of left) {
    earlier.keep({ ...(await runPlain(note(name, stopSignal))), name, stopSignal, stopPatienceMs: 5000 })
  }
  earlier.release()

  const next = RunRecord.take(folder, '')
  expect(await next.endOrphans()).toEqual(['web', 'Postgres'])
  expect(fs.readFileSync(order, 'utf8')).toBe('web by SIGTERM\nPostgres by SIGINT\n')
  expect(await next.endOrphans()).toEqual([])
})

test('a process that got the number of one on record is left alone', async () => {
  const stranger = await runPlain('')
  const earlier = RunRecord.take(folder, '')
  const recorded: RecordedProcess = { ...stranger, startedAt: 'long ago', name: 'web', stopSignal: 'SIGKILL', stopPatienceMs: 0 }
  earlier.keep(recorded)
  earlier.release()
  expect(await RunRecord.take(folder, '').endOrphans()).toEqual([])
  expect(identify(stranger.pid)).not.toBeNull()
})

test('a copy of a folder does not inherit the processes of the original', async () => {
  const running = await runPlain('')
  const record = RunRecord.take(folder, '')
  record.keep({ ...running, name: 'web', stopSignal: 'SIGKILL', stopPatienceMs: 0 })
  const copy = `${folder}-copy`
  try {
    fs.cpSync(folder, copy, { recursive: true })
    expect(await RunRecord.take(copy, '').endOrphans()).toEqual([])
    expect(identify(running.pid)).not.toBeNull()
  } finally {
    fs.rmSync(copy, { recursive: true, force: true })
  }
})

test('a record that was cut short counts as none', async () => {
  RunRecord.take(folder, '').release()
  fs.writeFileSync(path.join(folder, 'run', 'processes.json'), '{"url":')
  expect(await RunRecord.take(folder, '').endOrphans()).toEqual([])
})

test('a run whose starter was killed is stopped in its order, and taken over', async () => {
  const stopped = path.join(folder, 'stopped')
  const orphan = `
    import fs from 'node:fs'
    import { takeOver } from ${module('take-over.ts')}
    const record = await takeOver(${JSON.stringify(folder)}, 'http://localhost:1', () => {})
    process.once('SIGTERM', () => setTimeout(() => { fs.writeFileSync(${JSON.stringify(stopped)}, ''); record.release(); process.exit() }, 100))
    console.log(process.pid)
    ${FOR_EVER}
  `
  const wrapper = await run(`
    import { spawn } from 'node:child_process'
    spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(orphan)}], { stdio: 'inherit' })
    ${FOR_EVER}
  `)
  const pid = Number(wrapper.said)
  onTestFinished(() => void (identify(pid) && process.kill(pid, 'SIGKILL')))
  await expect(takeOver(folder, '', () => {})).rejects.toMatchObject({ pid, isOrphan: false })
  await end(wrapper)
  const stopping = vi.fn()
  const record = await takeOver(folder, '', stopping)
  expect(stopping).toHaveBeenCalledExactlyOnceWith(pid)
  expect(identify(pid)).toBeNull()
  expect(fs.existsSync(stopped)).toBe(true)
  record.release()
})

/** Starts a module with the folder as its argument; resolves with the first that it says. */
async function run(script: string) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, pid: child.pid ?? 0, said: said.toString().trim() }
}

async function runPlain(script: string) {
  const child = spawn(process.execPath, ['-e', `${script}; console.log('ready'); ${FOR_EVER}`], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  await once(child.stdout, 'data')
  const identity = identify(child.pid ?? 0)
  if (!identity) throw new Error('It is gone already.')
  return identity
}

/** Resolves once nobody can mistake it for alive. */
async function end({ child, pid }: { child: ChildProcess; pid: number }): Promise<void> {
  child.kill('SIGKILL')
  await vi.waitFor(() => expect(identify(pid)).toBeNull(), WAIT)
}
