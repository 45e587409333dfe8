import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sweepDrafts } from './sweep-drafts.ts'
import { writeWhole } from './write-whole.ts'

const NOW = Date.UTC(2027, 0)
const MINUTE_MS = 60_000
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'drafts-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('drafts that a killed process has left are removed after an hour, those that may still be written stay, and so does every whole file', async () => {
  for (const [name, minutes] of [
    ['photo/352.avif', 600],
    ['photo/352.avif.0.part', 61],
    ['photo/672.avif.1.part', 59],
    ['old.part', 61],
  ] as const) {
    await writeWhole(path.join(folder, name), Buffer.from(name))
    const written = new Date(NOW - minutes * MINUTE_MS)
    await utimes(path.join(folder, name), written, written)
  }
  expect(await sweepDrafts(folder, NOW)).toBe(2)
  expect((await readdir(path.join(folder), { recursive: true })).sort()).toEqual(['photo', 'photo/352.avif', 'photo/672.avif.1.part'])
  expect(await sweepDrafts(path.join(folder, 'nothing'), NOW)).toBe(0)
})
