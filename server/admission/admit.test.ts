import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestStack, type TestStack } from '#/scripts/stack/test-stack.ts'
import { becomesReady, connectRedis } from '../redis/connect.ts'
import { admit } from './admit.ts'

let stack: TestStack
let cache: Redis

beforeAll(async () => {
  stack = await startTestStack({ without: ['postgres', 'core', 'gateway', 'mail'] })
  cache = connectRedis(stack.env.CACHE_REDIS_URL ?? '', 'test-cache')
  expect(await becomesReady(cache, 5000)).toBe(true)
})
afterAll(async () => {
  cache.disconnect()
  await stack.stop()
})

test('cards for one order are limited, and those for another are not held up by it', async () => {
  const [orderId, other] = [randomUUID(), randomUUID()]
  const answers = await Promise.all(Array.from({ length: 30 }, () => admit(cache, 'payment', orderId)))
  const refused = answers.filter((answer) => !answer.ok)
  expect(refused.length).toBeGreaterThan(15)
  expect(answers.length - refused.length).toBeGreaterThanOrEqual(8)
  expect(refused[0]).toMatchObject({ code: 'TOO_FAST', retryAfterSeconds: expect.any(Number) })
  expect(await admit(cache, 'payment', other)).toMatchObject({ ok: true })
})

test('a shopper can try a few codes and not guess one; another shopper is not held up by it', async () => {
  const [guesser, other] = [randomUUID(), randomUUID()]
  const answers = await Promise.all(Array.from({ length: 40 }, () => admit(cache, 'code', guesser)))
  const taken = answers.filter((answer) => answer.ok).length
  expect(taken).toBeGreaterThanOrEqual(10)
  expect(taken).toBeLessThan(15)
  expect(await admit(cache, 'code', other)).toMatchObject({ ok: true })
})

test('with the cache away nobody is refused', async () => {
  await stack.cache.kill()
  for (let n = 0; n < 30; n += 1) expect(await admit(cache, 'payment', 'order')).toMatchObject({ ok: true })
})
