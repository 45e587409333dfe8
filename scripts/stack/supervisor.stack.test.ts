import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { identify } from './process-identity.mjs'
import { RunRecord } from './run-record.ts'
import { Service, type ServiceFailed } from './service.ts'
import { type Patience, Supervisor } from './supervisor.ts'

const WAIT = { timeout: 10_000, interval: 20 }
const QUICK: Patience = { restarts: 2, soundAfterMs: 60_000, pauseMs: 20 }
const FOR_EVER = "console.log('ready'); setInterval(() => {}, 1000)"

let folder = ''
let record: RunRecord
let supervisor: Supervisor
const heard: string[] = []
const gaveUp: ServiceFailed[] = []

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saleday-supervisor-'))
  record = RunRecord.take(folder, '')
  supervisor = supervise(QUICK)
  heard.length = 0
  gaveUp.length = 0
})
afterEach(async () => {
  await supervisor.stop()
  record.release()
  fs.rmSync(folder, { recursive: true, force: true })
})

test('a service that ends by itself is started again, and its new process is the one on record', async () => {
  const service = program('web', FOR_EVER)
  await supervisor.start(service)
  const { pid } = service
  process.kill(pid ?? 0, 'SIGKILL')
  await vi.waitFor(() => expect(heard).toEqual(['web ended with SIGKILL', 'web is back']), WAIT)
  expect(service.pid).not.toBe(pid)
  expect(recorded()).toEqual([{ name: 'web', pid: service.pid }])
})

test('one that keeps ending is given up after as many starts as patience allows, with the last that it said', async () => {
  // Ends only once its first start was seen: one that ends at once may be gone before anybody has noticed that it was ready.
  const out = path.join(folder, 'out-of-luck')
  const end = `if (require('node:fs').existsSync('${out}')) { console.log('out of luck'); process.exit(4) }`
  const service = program('web', `${FOR_EVER}; setInterval(() => { ${end} }, 10)`)
  await supervisor.start(service)
  fs.writeFileSync(out, '')
  await vi.waitFor(() => expect(gaveUp).toHaveLength(1), WAIT)
  expect(heard.filter((said) => said === 'web ended with code 4')).toHaveLength(QUICK.restarts)
  expect(gaveUp[0]?.message).toBe('web ended with code 4, and did so after each of 2 new starts')
  expect(gaveUp[0]?.tail).toContain('out of luck')
})

test('a start that fails counts as an end', async () => {
  const flag = path.join(folder, 'started-once')
  const once = `const fs = require('node:fs'); if (fs.existsSync('${flag}')) process.exit(5); fs.writeFileSync('${flag}', ''); ${FOR_EVER}`
  const service = program('web', once)
  await supervisor.start(service)
  process.kill(service.pid ?? 0, 'SIGKILL')
  await vi.waitFor(() => expect(gaveUp).toHaveLength(1), WAIT)
  expect(heard).toEqual(['web ended with SIGKILL', 'web ended with code 5'])
})

test('one that stayed up long enough has made up for earlier ends', async () => {
  supervisor = supervise({ restarts: 1, soundAfterMs: 0, pauseMs: 1 })
  const service = program('web', FOR_EVER)
  await supervisor.start(service)
  for (const ends of [1, 2, 3]) {
    process.kill(service.pid ?? 0, 'SIGKILL')
    await vi.waitFor(() => expect(heard.filter((said) => said === 'web is back')).toHaveLength(ends), WAIT)
  }
  expect(gaveUp).toEqual([])
})

test('services stop one after the other, the last started first', async () => {
  const gone = path.join(folder, 'gone')
  const names = ['Postgres', 'Redis', 'web']
  for (const name of names) {
    const script = `process.once('SIGTERM', () => setTimeout(() => { require('node:fs').appendFileSync('${gone}', '${name}\\n'); process.exit() }, 50))`
    await supervisor.start(program(name, `${script}; ${FOR_EVER}`))
  }
  expect(recorded().map(({ name }) => name)).toEqual(names.toReversed())
  const waitedFor: string[] = []
  await supervisor.stop((name) => waitedFor.push(name))
  expect(fs.readFileSync(gone, 'utf8')).toBe('web\nRedis\nPostgres\n')
  expect(waitedFor).toEqual(names.toReversed())
  expect(recorded()).toEqual([])
  expect(heard).toEqual([])
})

test('services stop although their record can be written no more', async () => {
  const services = ['Postgres', 'web'].map((name) => program(name, FOR_EVER))
  for (const service of services) await supervisor.start(service)
  const pids = services.map(({ pid }) => pid ?? 0)
  fs.rmSync(path.join(folder, 'run'), { recursive: true })
  await supervisor.stop()
  expect(pids.filter(identify)).toEqual([])
})

test('stopping in the pause before a new start leaves nothing, and starts nothing', async () => {
  supervisor = supervise({ ...QUICK, pauseMs: 60_000 })
  const service = program('web', FOR_EVER)
  await supervisor.start(service)
  process.kill(service.pid ?? 0, 'SIGKILL')
  await vi.waitFor(() => expect(heard).toHaveLength(1), WAIT)
  await supervisor.stop()
  expect(service.pid).toBeNull()
  await expect(supervisor.start(program('workers', FOR_EVER))).rejects.toThrow('everything is being stopped')
  expect(heard).toEqual(['web ended with SIGKILL'])
})

test('stopping while a service starts ends that one too', async () => {
  const service = program('web', 'setInterval(() => {}, 1000)')
  const starting = expect(supervisor.start(service)).rejects.toMatchObject({ service: 'web' })
  const { pid } = service
  await supervisor.stop()
  await starting
  expect(identify(pid ?? 0)).toBeNull()
})

function supervise(patience: Patience): Supervisor {
  return new Supervisor(
    record,
    {
      restarting: (name, why) => heard.push(`${name} ${why}`),
      restarted: (name) => heard.push(`${name} is back`),
      gaveUp: (failure) => gaveUp.push(failure),
    },
    patience,
  )
}

function program(name: string, script: string): Service {
  return new Service({
    name,
    command: process.execPath,
    args: ['-e', script],
    logFile: path.join(folder, `${name}.log`),
    isReady: async (said) => said().includes('ready'),
    readyTimeoutMs: 10_000,
    stopSignal: 'SIGTERM',
    stopPatienceMs: 10_000,
  })
}

function recorded(): { name: string; pid: number }[] {
  const { processes } = JSON.parse(fs.readFileSync(path.join(folder, 'run', 'processes.json'), 'utf8'))
  return processes.map(({ name, pid }: { name: string; pid: number }) => ({ name, pid }))
}
