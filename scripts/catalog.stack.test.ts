import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestStack, type TestStack } from './stack/test-stack.ts'

let stack: TestStack

beforeAll(async () => {
  stack = await startTestStack({ without: ['core', 'cache', 'gateway', 'mail'] })
})
afterAll(() => stack.stop())

test('the command about the catalogue needs Postgres, and no other server to be there or named', async () => {
  const env = { NODE_ENV: 'test', PATH: process.env.PATH, DATABASE_URL: stack.postgres.url } as const
  const command = ['scripts/catalog.ts', 'show', '--json']
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: path.dirname(import.meta.dirname), env })
  expect(JSON.parse(stdout)).toMatchObject({ code: 0, products: [] })
})
