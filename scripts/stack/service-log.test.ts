import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ServiceLog } from './service-log.ts'

let folder = ''
let log: ServiceLog
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saleday-log-'))
  log = new ServiceLog(path.join(folder, 'web.log'))
})
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }))

test('a log that nobody wrote says nothing', () => {
  expect(log.said()).toBe('')
  expect(log.tail()).toBe('')
})

test('what counts is what the latest process said', () => {
  write('the first is ready\n')
  log.begin()
  expect(log.said()).toBe('')
  write('the second\nis not\n')
  expect(log.said()).toBe('the second\nis not\n')
  expect(log.tail(1)).toBe('is not')
  expect(log.tail()).toBe('the second\nis not')
})

test('a log that grew too long moves aside while its process goes on writing at the new end', () => {
  const output = log.open()
  try {
    fs.writeSync(output, 'long'.repeat(30))
    log.bound(100)
    fs.writeSync(output, 'after')
    expect(fs.readFileSync(`${log.file}.1`, 'utf8')).toBe('long'.repeat(30))
    expect(fs.readFileSync(log.file, 'utf8')).toBe('after')
    expect(log.tail()).toBe('after')
    log.bound(100)
    expect(fs.readFileSync(log.file, 'utf8')).toBe('after')
  } finally {
    fs.closeSync(output)
  }
})

test('only its owner may read it', () => {
  fs.closeSync(log.open())
  expect(fs.statSync(log.file).mode & 0o777).toBe(0o600)
})

function write(text: string): void {
  const output = log.open()
  fs.writeSync(output, text)
  fs.closeSync(output)
}
