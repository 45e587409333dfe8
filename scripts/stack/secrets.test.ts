import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readSecrets } from './secrets.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'secrets-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('secrets are made once, and nobody else on the machine can read them', () => {
  expect(readSecrets(folder)).toEqual(readSecrets(folder))
  expect(statSync(path.join(folder, 'secrets.json')).mode & 0o777).toBe(0o600)
})

test('a store of an earlier day gets the secrets that it lacks, and keeps those it has', () => {
  const { webhookSecret: _lacking, ...earlier } = readSecrets(folder)
  const file = path.join(folder, 'secrets.json')
  writeFileSync(file, JSON.stringify(earlier))
  const now = readSecrets(folder)
  expect(now).toMatchObject(earlier)
  expect(now.webhookSecret).toMatch(/^whsec_/)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(now)
})
