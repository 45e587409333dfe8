import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findShop } from './find-shop.ts'
import { RunRecord } from './run-record.ts'
import { readSecrets } from './secrets.ts'
import { foldersIn, type StateFolder } from './state-folder.ts'

let state: StateFolder
let records: RunRecord[]

beforeEach(() => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saleday-shop-'))
  state = foldersIn(folder)
  for (const place of [state.data, state.edge]) fs.mkdirSync(place)
  records = []
})
afterEach(() => {
  for (const record of records) record.release()
  fs.rmSync(state.path, { recursive: true, force: true })
})

const run = (folder: string, url: string) => void records.push(RunRecord.take(folder, url))
const find = (outside: Record<string, string> = {}, ...words: string[]) => findShop(words, outside, () => state)

test('the store that runs here is walked by itself where no edge runs, and it is said so', () => {
  run(state.path, 'http://localhost:3000')
  const found = find()
  expect(found?.env).toMatchObject({ PREWARM_URLS: 'http://127.0.0.1:3000', INTERNAL_TOKEN: readSecrets(state.data).internalToken })
  expect(found?.env).not.toHaveProperty('EDGE_URL')
  expect(found?.where).toContain('no edge runs here')
})

test('an edge that runs here comes last, behind each of its web processes, and is named', () => {
  run(state.path, 'http://localhost:3000')
  run(state.edge, 'http://localhost:8080')
  const found = find({ EDGE_POOL: '10.0.0.2:3000,10.0.0.3:3000' })
  expect(found?.env).toMatchObject({
    PREWARM_URLS: 'http://127.0.0.1:3000,http://10.0.0.2:3000,http://10.0.0.3:3000',
    EDGE_URL: 'http://localhost:8080',
  })
  expect(found?.where).toBe('the 3 web processes behind the edge, and the edge that runs at http://localhost:8080')
})

test('an edge that runs here alone is walked alone, and it is said what would name the web processes behind it', () => {
  run(state.edge, 'http://localhost:8080')
  const found = find()
  expect(found?.env).toEqual({ EDGE_URL: 'http://localhost:8080' })
  expect(found?.where).toContain('EDGE_POOL')
})

test('where nothing runs here, WEB_URL is enough to be walked', () => {
  expect(find({ WEB_URL: 'http://10.0.0.2:3000' })).toEqual({ env: { WEB_URL: 'http://10.0.0.2:3000' }, where: 'what WEB_URL names' })
})

test('what the environment names is walked, and no store of this machine is asked for', () => {
  const named = { EDGE_URL: 'https://shop.example' }
  const ask = () => {
    throw new Error('asked')
  }
  expect(findShop([], named, ask)?.env).toEqual(named)
})

test.each([['--url', 'http://x'], ['--edge=http://x'], ['--help'], ['help']])('%s needs nothing of this machine', (...words) => {
  expect(find({}, ...words)).toBe(null)
})

test('where nothing runs and nothing is named, it says what to do', () => {
  expect(() => find()).toThrow(expect.objectContaining({ todo: expect.stringContaining('npm run prewarm -- --url') }))
})
