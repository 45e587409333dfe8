import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { checkOutside } from './outside-servers.ts'
import { claimPort } from './ports.ts'
import { StepFailed } from './progress.ts'
import { startTestStack, type TestStack } from './test-stack.ts'

let stack: TestStack
beforeAll(async () => {
  stack = await startTestStack({ without: ['gateway', 'mail'] })
})
afterAll(() => stack.stop())

test('servers that answer are fine, and so is naming none', async () => {
  await checkOutside({})
  await checkOutside({ DATABASE_URL: '', CORE_REDIS_URL: undefined })
  await checkOutside({ DATABASE_URL: stack.postgres.url, CORE_REDIS_URL: stack.core.url, CACHE_REDIS_URL: stack.cache.url })
})

test('several nodes of one core are named after commas, and each of them has to answer', async () => {
  const away = `redis://127.0.0.1:${await claimPort()}`
  await checkOutside({ CORE_REDIS_URL: `${stack.core.url},${stack.cache.url}` })
  expect((await failureOf({ CORE_REDIS_URL: `${stack.core.url},${away}` })).why).toContain('ECONNREFUSED')
  expect((await failureOf({ CACHE_REDIS_URL: `${stack.core.url},${stack.cache.url}` })).message).toContain('CACHE_REDIS_URL')
})

test('a database that is not there yet is fine: it will be made', async () => {
  const url = new URL(stack.postgres.url)
  url.pathname = '/not_there_yet'
  await checkOutside({ DATABASE_URL: url.href })
})

test.each([
  ['DATABASE_URL', 'postgresql'],
  ['CORE_REDIS_URL', 'redis'],
  ['CACHE_REDIS_URL', 'redis'],
])('a %s where nobody listens is told by its name and place, with why', async (name, protocol) => {
  const port = await claimPort()
  for (const host of ['127.0.0.1', 'localhost']) {
    const failure = await failureOf({ [name]: `${protocol}://somebody:secret@${host}:${port}/0` })
    expect(failure.message).toBe(`${name} names a server that does not answer`)
    expect(failure.why).toContain(`${host}:${port}: `)
    expect(failure.why).toContain('ECONNREFUSED')
    expect(failure.todo).toContain(`leave ${name} unset`)
    expect(`${failure.why} ${failure.todo}`).not.toContain('secret')
  }
})

test('a server that says nothing is given up', async () => {
  const server = net.createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const failures = await Promise.all([
    failureOf({ DATABASE_URL: `postgresql://somebody@127.0.0.1:${port}/saleday` }),
    failureOf({ CORE_REDIS_URL: `redis://127.0.0.1:${port}` }),
  ])
  expect(failures.map(({ message }) => message.split(' ')[0])).toEqual(['DATABASE_URL', 'CORE_REDIS_URL'])
})

test('a server that does not let us in says so', async () => {
  const url = new URL(stack.core.url)
  url.password = 'another'
  expect((await failureOf({ CORE_REDIS_URL: url.href })).why).toMatch(/WRONGPASS|NOAUTH/)
  const database = new URL(stack.postgres.url)
  database.password = 'another'
  expect((await failureOf({ DATABASE_URL: database.href })).why).toContain('password authentication failed')
})

test.each(['nonsense', 'localhost:6379', 'http://localhost:6379', 'postgresql://localhost'])('%j is no address of a Redis', async (url) => {
  const failure = await failureOf({ CACHE_REDIS_URL: url })
  expect(failure.message).toBe('CACHE_REDIS_URL is no address')
  expect(failure.why).toContain('redis://localhost:6379')
})

async function failureOf(outside: Record<string, string>): Promise<StepFailed> {
  const failure = await checkOutside(outside).then(
    () => null,
    (error: unknown) => error,
  )
  if (!(failure instanceof StepFailed)) throw failure ?? new Error('It did not fail.')
  return failure
}
