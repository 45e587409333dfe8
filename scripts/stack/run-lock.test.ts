import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { identify, parentOf } from './process-identity.mjs'
import { identityOf, readLock, takeLock } from './run-lock.mjs'

let base = ''
let folder = ''
beforeEach(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), 'saleday-lock-'))
  folder = path.join(base, 'run')
  fs.mkdirSync(folder)
})
afterEach(() => fs.rmSync(base, { recursive: true, force: true }))

test('a folder is held by one at a time, until it lets go', () => {
  const { release } = takeLock(folder)
  expect(takeLock(folder)).toEqual({ owner: identify(process.pid) })
  release?.()
  expect(readLock(folder).owner).toBeNull()
  expect(takeLock(folder).release).toBeTypeOf('function')
})

test('numbers only rise, so that nobody mistakes an old lock for a new one', () => {
  for (const number of [1, 2, 3]) {
    const { release } = takeLock(folder)
    expect(readLock(folder).number).toBe(number)
    release?.()
  }
  expect(fs.readdirSync(folder)).toEqual(['lock.3'])
})

test.each([
  ['whose number another process has now', { ...identify(process.pid), startedAt: 'long ago' }],
  ['that is gone', { pid: 2 ** 22 + 1, startedAt: 'long ago' }],
])('a process %s holds nothing', (_who, owner) => {
  fs.writeFileSync(path.join(folder, 'lock.7'), JSON.stringify({ ...owner, folder: identityOf(folder) }))
  expect(readLock(folder)).toEqual({ number: 7, owner: null })
  expect(takeLock(folder).release).toBeTypeOf('function')
})

test('a lock that was cut short holds nothing', () => {
  fs.writeFileSync(path.join(folder, 'lock.1'), '{"pid":')
  expect(takeLock(folder).release).toBeTypeOf('function')
})

test('a copy of a folder is not held by who holds the original', () => {
  takeLock(folder)
  const copy = path.join(base, 'copy')
  fs.cpSync(folder, copy, { recursive: true })
  expect(readLock(copy).owner).toBeNull()
  expect(readLock(folder).owner).toEqual(identify(process.pid))
})

test('a folder that is not there is free', () => {
  expect(readLock(path.join(base, 'missing'))).toEqual({ number: 0, owner: null })
})

test('a process is told from a later one with its number, and knows who started it', () => {
  expect(identify(process.pid)).toEqual(identify(process.pid))
  expect(identify(2 ** 22 + 1)).toBeNull()
  expect(parentOf(process.pid)).toBe(process.ppid)
  expect(parentOf(2 ** 22 + 1)).toBeNull()
})
