import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { chooseStateFolder, isOpenToAll } from './state-folder.ts'

let base = ''
let project = ''
let elsewhere = ''
let away = ''
const own = () => path.join(project, '.saleday')

beforeEach(() => {
  base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'saleday-state-')))
  fs.chmodSync(base, 0o755)
  project = path.join(base, 'project')
  elsewhere = path.join(base, 'elsewhere')
  away = path.join(elsewhere, createHash('sha256').update(project).digest('hex').slice(0, 12))
  fs.mkdirSync(project)
})
afterEach(() => fs.rmSync(base, { recursive: true, force: true }))

test('state stays in the project where everybody who needs it can reach it', () => {
  expect(chooseStateFolder(project, true, elsewhere)).toBe(own())
  fs.chmodSync(base, 0o700)
  expect(chooseStateFolder(project, false, elsewhere)).toBe(own())
})

test('state of a project that the server user cannot enter goes elsewhere, and stays there', () => {
  fs.chmodSync(base, 0o700)
  expect(chooseStateFolder(project, true, elsewhere)).toBe(away)
  fs.symlinkSync(away, own())
  fs.chmodSync(base, 0o755)
  expect(chooseStateFolder(project, true, elsewhere)).toBe(away)
})

test.each([
  ['absolute', () => path.join(base, 'big-disk')],
  ['relative', () => '../big-disk'],
])("a link of somebody's own is followed: %s", (_kind, target) => {
  fs.symlinkSync(target(), own())
  expect(chooseStateFolder(project, true, elsewhere)).toBe(path.join(base, 'big-disk'))
})

test('a link that came along with a copy of another project is not followed', () => {
  fs.symlinkSync(path.join(elsewhere, '0123456789ab'), own())
  expect(chooseStateFolder(project, true, elsewhere)).toBe(own())
  fs.chmodSync(base, 0o700)
  expect(chooseStateFolder(project, true, elsewhere)).toBe(away)
})

test('a place is open to all only when every folder on the way is', () => {
  const file = path.join(project, 'program')
  fs.writeFileSync(file, '', { mode: 0o755 })
  expect(isOpenToAll(file)).toBe(true)
  fs.chmodSync(file, 0o700)
  expect(isOpenToAll(file)).toBe(false)
  fs.chmodSync(file, 0o755)
  fs.chmodSync(base, 0o750)
  expect(isOpenToAll(file)).toBe(false)
})
