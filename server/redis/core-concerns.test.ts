import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestStack, type TestStack } from '#/scripts/stack/test-stack.ts'
import { Core, type CoreOptions } from './core.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack({ core: 'cluster', without: ['postgres', 'gateway', 'mail'] })
})
afterAll(() => stack.stop())

async function concernsOf(url: string, options: CoreOptions = {}): Promise<string> {
  const core = new Core(url, 'test', { connectPatienceMs: 10_000, ...options })
  try {
    const concerns = await core.concerns()
    if (!concerns.ok) throw new Error(concerns.code)
    return concerns.value.join('\n')
  } finally {
    await core.close()
  }
}

test('a core as it should be gives no concern, whatever it is', async () => {
  expect(await concernsOf(stack.core.url)).toBe('')
})

test('a core that evicts, or does not have on disk what it acknowledges, says so of the very node', async () => {
  const node = stack.core.masters[1]?.url ?? ''
  const redis = new Redis(node)
  await redis.config('SET', 'appendfsync', 'everysec')
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru')
  const concerns = await concernsOf(stack.core.url)
  expect(concerns.split('\n')).toHaveLength(2)
  expect(concerns).toContain(`${new URL(node).host}: its log is on disk later than its answer (appendfsync everysec)`)
  expect(concerns).toContain('allkeys-lru')
  await redis.config('SET', 'appendfsync', 'always')
  await redis.config('SET', 'maxmemory-policy', 'noeviction')
  redis.disconnect()
})

test('a cache in the place of core, one node in the place of a cluster, and missing replicas are told', async () => {
  const cache = await concernsOf(stack.cache.url)
  expect(cache).toContain('set appendonly yes')
  expect(cache).toContain('set noeviction')
  expect(await concernsOf(stack.core.masters[0]?.url ?? '')).toContain('name at least two of them')
  expect(await concernsOf(stack.core.url, { replicas: 1 })).toContain('it has 0 replicas, and placing waits for 1')
})
