import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findServers, type OperatorAddress } from './operator.ts'
import { identify } from './process-identity.mjs'
import { RunRecord } from './run-record.ts'
import { readSecrets } from './secrets.ts'
import { foldersIn, type StateFolder } from './state-folder.ts'

const NEEDED: OperatorAddress[] = ['DATABASE_URL', 'CORE_REDIS_URL']
const OUTSIDE = { DATABASE_URL: 'postgresql://db.example/saleday', CORE_REDIS_URL: 'redis://core.example' }

let state: StateFolder

beforeEach(() => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saleday-operator-'))
  state = foldersIn(folder)
  fs.mkdirSync(state.data)
})
afterEach(() => fs.rmSync(state.path, { recursive: true, force: true }))

/** A store that runs out of the folder, with these services, as far as its record tells. */
function runStore(...services: string[]): RunRecord {
  const record = RunRecord.take(state.path, 'http://localhost:3000')
  const self = identify(process.pid)
  if (!self) throw new Error('We are gone already.')
  for (const name of services) record.keep({ ...self, name, stopSignal: 'SIGTERM', stopPatienceMs: 0 })
  readSecrets(state.data)
  fs.writeFileSync(
    path.join(state.data, 'ports.json'),
    JSON.stringify({ postgres: 5001, core: 5002, cache: 5003, gateway: 5004, smtp: 5005 }),
  )
  return record
}

const find = (outside: Record<string, string>) => findServers(outside, NEEDED, () => state)

test('what the environment names is used as it is, and no store of this machine is asked for', () => {
  const ask = () => {
    throw new Error('asked')
  }
  expect(findServers(OUTSIDE, NEEDED, ask)).toEqual({ env: OUTSIDE, where: 'the servers that DATABASE_URL and CORE_REDIS_URL name' })
  const { DATABASE_URL } = OUTSIDE
  expect(findServers({ DATABASE_URL }, ['DATABASE_URL'], ask)).toEqual({
    env: { DATABASE_URL },
    where: 'the server that DATABASE_URL names',
  })
})

test('without an environment the servers of the store that runs here are found, whole', () => {
  const record = runStore('Postgres', 'Redis core', 'Redis cache', 'payment gateway')
  const { env, where } = find({})
  const { redisPassword, postgresPassword } = readSecrets(state.data)
  expect(where).toBe('the store that runs at http://localhost:3000')
  expect(env).toMatchObject({
    DATABASE_URL: expect.stringContaining(`${postgresPassword}@127.0.0.1:5001/`),
    CORE_REDIS_URL: `redis://:${redisPassword}@127.0.0.1:5002`,
    STRIPE_API_URL: 'http://127.0.0.1:5004',
    PUBLIC_URL: 'http://localhost:3000',
  })
  record.release()
})

test('an address from outside goes before a server of ours, and is told of', () => {
  const record = runStore('Redis core')
  const { env, where } = find({ DATABASE_URL: OUTSIDE.DATABASE_URL })
  expect(env.DATABASE_URL).toBe(OUTSIDE.DATABASE_URL)
  expect(env.CORE_REDIS_URL).toContain('127.0.0.1:5002')
  expect(where).toBe('the store that runs at http://localhost:3000, but for the server that DATABASE_URL names')
  record.release()
})

test('where nothing runs and nothing is named, it says what to set', () => {
  expect(() => find({})).toThrow('There is no store to look at')
  expect(() => find({ CORE_REDIS_URL: OUTSIDE.CORE_REDIS_URL })).toThrow(
    expect.objectContaining({ why: expect.stringMatching(/^DATABASE_URL is not set/) }),
  )
})

test('a store that was given a server from outside does not lead to one that is not there', () => {
  const record = runStore('Redis core')
  expect(() => find({})).toThrow('The store that runs here has no Postgres of its own')
  record.release()
})

test('what a store left behind leads nowhere once it has ended', () => {
  runStore('Postgres', 'Redis core').release()
  expect(() => find({})).toThrow('There is no store to look at')
})
