import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isNewEnough, onPath } from './redis-binary.ts'

let folder = ''
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saleday-path-'))
})
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }))

test.each([
  ['5.0.14', false],
  ['6.0.16', false],
  ['6.2.14', false],
  ['7.0.0', true],
  ['7.10.1', true],
  ['10.0.0', true],
])('a Redis %s is new enough: %s', (version, isEnough) => {
  expect(isNewEnough(version)).toBe(isEnough)
})

test('of several servers on the path, the first that runs and is new enough is taken', () => {
  install('old', 'redis-server', 'echo "Redis server v=6.0.16 sha=00000000:0"')
  install('broken', 'redis-server', 'exit 127')
  install('new', 'redis-server', 'echo "Redis server v=7.0.15 sha=00000000:0"')
  install('newer', 'redis-server', 'echo "Redis server v=8.0.0 sha=00000000:0"')
  expect(onPath(pathOf('missing', 'old', 'broken', 'new', 'newer'))).toEqual({
    command: path.join(folder, 'new', 'redis-server'),
    env: {},
    version: '7.0.15',
  })
})

test('a Valkey does as well', () => {
  install('bin', 'valkey-server', 'echo "Valkey server v=8.1.1 sha=00000000:0"')
  expect(onPath(pathOf('bin'))?.command).toBe(path.join(folder, 'bin', 'valkey-server'))
})

test('a path that is empty or holds none of them has none', () => {
  expect(onPath('')).toBeNull()
  expect(onPath(folder)).toBeNull()
})

function install(place: string, name: string, script: string): void {
  fs.mkdirSync(path.join(folder, place), { recursive: true })
  fs.writeFileSync(path.join(folder, place, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
}

function pathOf(...places: string[]): string {
  return places.map((place) => path.join(folder, place)).join(path.delimiter)
}
