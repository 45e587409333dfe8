import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { identify, type ProcessIdentity } from './process-identity.mjs'
import { Service, ServiceFailed, type ServiceSpec } from './service.ts'

const FOR_EVER = 'setInterval(() => {}, 1000)'
const WITH_A_CHILD = `
  const child = require('node:child_process').spawn(process.execPath, ['-e', '${FOR_EVER}'], { stdio: 'ignore' })
  console.log('child ' + child.pid)
`

let folder = ''
const services: Service[] = []
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saleday-service-'))
})
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.kill()))
  fs.rmSync(folder, { recursive: true, force: true })
})

test('a service has started once it is ready, not before', async () => {
  const place = path.join(folder, 'ready')
  const service = program(`require('node:fs').writeFileSync(${JSON.stringify(place)}, ''); console.log('ready'); ${FOR_EVER}`)
  await service.start()
  expect(fs.existsSync(place)).toBe(true)
  expect(identify(service.pid ?? 0)).not.toBeNull()
})

test('one that ends before it is ready fails with why, and with the last that this process said', async () => {
  const service = program("console.log('from the first life'); process.exit(3)")
  await expect(service.start()).rejects.toThrow(ServiceFailed)
  const again = program("console.error('no such table'); process.exit(3)")
  await expect(again.start()).rejects.toMatchObject({ service: 'a service', why: 'ended with code 3', tail: 'no such table' })
  expect(again.pid).toBeNull()
})

test('one that cannot be run at all fails like any other', async () => {
  const service = program('', { command: path.join(folder, 'missing') })
  await expect(service.start()).rejects.toMatchObject({ why: expect.stringContaining('ENOENT') })
})

test('one that is not ready in time is ended with everything that it had started', async () => {
  const service = program(`${WITH_A_CHILD}; ${FOR_EVER}`, { isReady: async () => false, readyTimeoutMs: 1500 })
  const started = noteStarted(service)
  await expect(service.start()).rejects.toMatchObject({ why: 'was not ready within 1.5 s' })
  expect(identify(started[0]?.pid ?? 0)).toBeNull()
  expect(identify(childOf(service))).toBeNull()
})

test('stopping lets a service finish what it has begun', async () => {
  const place = path.join(folder, 'finished')
  const service = program(`
    process.once('SIGTERM', () => setTimeout(() => {
      require('node:fs').writeFileSync(${JSON.stringify(place)}, '')
      process.exit(0)
    }, 100))
    console.log('ready'); ${FOR_EVER}`)
  service.onUnexpectedEnd = vi.fn()
  await service.start()
  await service.stop()
  expect(fs.existsSync(place)).toBe(true)
  await vi.waitFor(() => expect(service.pid).toBeNull(), { timeout: 10_000 }) // its end is heard of a moment after it is gone
  expect(service.onUnexpectedEnd).not.toHaveBeenCalled()
})

test('one that does not stop is killed with everything that it had started, once patience ends', async () => {
  const service = program(`process.on('SIGTERM', () => {}); ${WITH_A_CHILD}; console.log('ready'); ${FOR_EVER}`, { stopPatienceMs: 200 })
  await service.start()
  const pid = service.pid ?? 0
  await service.stop()
  expect(identify(pid)).toBeNull()
  expect(identify(childOf(service))).toBeNull()
})

test('an end that nobody asked for is heard of, with its reason', async () => {
  const service = program(`console.log('ready'); ${FOR_EVER}`)
  const heard = new Promise<string>((resolve) => {
    service.onUnexpectedEnd = resolve
  })
  await service.start()
  process.kill(service.pid ?? 0, 'SIGKILL')
  expect(await heard).toBe('ended with SIGKILL')
  expect(service.pid).toBeNull()
})

test('a service is on record before it is ready, and leads a group of its own, which a Ctrl-C for us does not reach', async () => {
  const service = program(`setTimeout(() => console.log('ready'), 100); ${FOR_EVER}`)
  const started = noteStarted(service)
  const starting = service.start()
  expect(started).toEqual([identify(service.pid ?? 0)])
  await starting
  expect(process.kill(-(service.pid ?? 0), 0)).toBe(true)
})

test('stopping one that has ended already, or never started, is no error', async () => {
  const service = program(`console.log('ready'); ${FOR_EVER}`)
  await service.stop()
  await service.start()
  await service.kill()
  await service.stop()
})

function program(script: string, spec: Partial<ServiceSpec> = {}): Service {
  const service = new Service({
    name: 'a service',
    command: process.execPath,
    args: ['-e', script],
    logFile: path.join(folder, 'service.log'),
    isReady: async (said) => said().includes('ready'),
    readyTimeoutMs: 10_000,
    stopSignal: 'SIGTERM',
    stopPatienceMs: 10_000,
    ...spec,
  })
  services.push(service)
  return service
}

function noteStarted(service: Service): ProcessIdentity[] {
  const started: ProcessIdentity[] = []
  service.onStarted = (identity) => started.push(identity)
  return started
}

function childOf(service: Service): number {
  return Number(/child (\d+)/.exec(fs.readFileSync(service.log.file, 'utf8'))?.[1])
}
