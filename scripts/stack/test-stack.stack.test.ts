import { existsSync } from 'node:fs'
import { Redis } from 'ioredis'
import pg from 'pg'
import { expect, test } from 'vitest'
import { identify } from './process-identity.mjs'
import { startTestStack } from './test-stack.ts'

test('a stack is whole, a server that is killed comes back with its data, and nothing is left at the end', async () => {
  const stack = await startTestStack()
  const pids = [stack.postgres, stack.core, stack.cache, stack.gateway, stack.mail].map((server) => server.pid() ?? 0)
  try {
    expect((await fetch(`${stack.gateway.url}/_local/health`)).status).toBe(200)
    expect((await fetch(stack.mail.page)).status).toBe(200)

    await query(stack.postgres.url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)')
    await command(stack.core.url, (redis) => redis.set('kept', '7'))
    await stack.postgres.kill()
    await stack.core.kill()
    await expect(query(stack.postgres.url, 'SELECT 1')).rejects.toThrow()
    await Promise.all([stack.postgres.start(), stack.core.start()])
    expect((await query(stack.postgres.url, 'SELECT n FROM kept')).rows).toEqual([{ n: 7 }])
    expect(await command(stack.core.url, (redis) => redis.get('kept'))).toBe('7')
    expect(await command(stack.core.url, (redis) => redis.config('GET', 'appendfsync'))).toEqual(['appendfsync', 'always'])
  } finally {
    await stack.stop()
  }
  for (const pid of pids) expect(identify(pid)).toBeNull()
  expect(existsSync(stack.folder)).toBe(false)
})

test('two stacks have nothing in common', async () => {
  const [one, other] = await Promise.all([startTestStack(), startTestStack()])
  try {
    await query(one.postgres.url, 'CREATE TABLE only_here (n int)')
    await expect(query(other.postgres.url, 'SELECT * FROM only_here')).rejects.toMatchObject({ code: '42P01' })
    expect(one.env.SESSION_SECRET).not.toBe(other.env.SESSION_SECRET)
  } finally {
    await Promise.all([one.stop(), other.stop()])
  }
})

async function query(url: string, sql: string) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await client.query(sql)
  } finally {
    await client.end()
  }
}

async function command<T>(url: string, run: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url)
  try {
    return await run(redis)
  } finally {
    redis.disconnect()
  }
}
