import { existsSync } from 'node:fs'
import { Cluster, Redis } from 'ioredis'
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

test('core may be a cluster of three masters, and what it held is there when all of them were killed', async () => {
  const stack = await startTestStack({ core: 'cluster', without: ['postgres', 'cache', 'gateway', 'mail'] })
  const nodes = stack.core.masters.map(({ url }) => new URL(url)).map(({ hostname, port }) => ({ host: hostname, port: Number(port) }))
  const cluster = () => new Cluster(nodes, { redisOptions: { password: new URL(stack.core.masters[0]?.url ?? '').password } })
  const keys = Array.from({ length: 30 }, (_, n) => `kept:${n}`)
  try {
    expect(nodes).toHaveLength(3)
    await during(cluster(), (redis) => Promise.all(keys.map((key) => redis.set(key, key))))
    for (const master of stack.core.masters) expect(await command(master.url, (redis) => redis.dbsize())).toBeGreaterThan(0)
    await stack.core.kill()
    await stack.core.start()
    expect(await during(cluster(), (redis) => Promise.all(keys.map((key) => redis.get(key))))).toEqual(keys)
  } finally {
    await stack.stop()
  }
})

test('core may have two replicas, each of which can take its place', async () => {
  const stack = await startTestStack({ core: 'replicated', without: ['postgres', 'cache', 'gateway', 'mail'] })
  const [first, second] = stack.core.replicas.map(({ url }) => url) as [string, string]
  try {
    expect(
      await command(stack.core.url, (redis) =>
        redis
          .multi()
          .set('kept', '7')
          .exec()
          .then(() => redis.wait(2, 5000)),
      ),
    ).toBe(2)
    await stack.core.masters[0]?.kill()
    await stack.core.promote(0)
    expect(await command(first, (redis) => redis.set('after', '8').then(() => redis.wait(1, 5000)))).toBe(1)
    expect(await command(second, (redis) => redis.mget('kept', 'after'))).toEqual(['7', '8'])
  } finally {
    await stack.stop()
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

function command<T>(url: string, run: (redis: Redis) => Promise<T>): Promise<T> {
  return during(new Redis(url), run)
}

async function during<R extends Redis | Cluster, T>(redis: R, run: (redis: R) => Promise<T>): Promise<T> {
  try {
    return await run(redis)
  } finally {
    redis.disconnect()
  }
}
