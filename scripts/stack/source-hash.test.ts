import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hashSources } from './source-hash.ts'

let root = ''
const hash = () => hashSources(root, ['app', 'package.json'], (name) => name.endsWith('.test.ts'))

beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'saleday-sources-'))
  write('app/page.ts', 'one')
  write('package.json', '{}')
})
afterEach(() => fs.rmSync(root, { recursive: true, force: true }))

test('the same names and contents have the same hash, whatever their times', () => {
  const before = hash()
  fs.utimesSync(path.join(root, 'app/page.ts'), 0, 0)
  write('app/page.test.ts', 'left out')
  write('elsewhere.ts', 'no source')
  expect(hash()).toBe(before)
})

test.each<[string, () => void]>([
  ['content', () => write('app/page.ts', 'two')],
  ['name', () => fs.renameSync(path.join(root, 'app/page.ts'), path.join(root, 'app/paged.ts'))],
  ['place', () => move('app/page.ts', 'app/sub/page.ts')],
  ['new file', () => write('app/new.ts', '')],
  ['lost file', () => fs.rmSync(path.join(root, 'package.json'))],
])('another %s is another hash', (_what, change) => {
  const before = hash()
  change()
  expect(hash()).not.toBe(before)
})

test('a file that looks like two is told from two', () => {
  write('app/page.ts', 'oneapp/second.ts\ntwo')
  const asOne = hash()
  write('app/page.ts', 'one')
  write('app/second.ts', 'two')
  expect(hash()).not.toBe(asOne)
})

test('a link that leads nowhere counts as missing instead of failing', () => {
  fs.symlinkSync('nowhere', path.join(root, 'app/link'))
  expect(hash()).toMatch(/^[0-9a-f]{64}$/)
})

function write(name: string, text: string): void {
  fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
  fs.writeFileSync(path.join(root, name), text)
}

function move(from: string, to: string): void {
  fs.mkdirSync(path.dirname(path.join(root, to)), { recursive: true })
  fs.renameSync(path.join(root, from), path.join(root, to))
}
