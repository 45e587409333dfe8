import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { eventually } from '#/drill/engine/eventually.ts'
import { startTestStack, type TestServer, type TestStack } from '#/scripts/stack/test-stack.ts'
import { Core } from './core.ts'
import { scripts } from './scripts.ts'

let stack: TestStack
let core: Core

beforeAll(async () => {
  stack = await startTestStack({ core: 'replicated', without: ['postgres', 'cache', 'gateway', 'mail'] })
  core = new Core(stack.core.url, 'test', { replicas: 2 })
})
afterEach(() => {
  for (const replica of stack.core.replicas) signal(replica, 'SIGCONT')
})
afterAll(async () => {
  await core.close()
  await stack.stop()
})

const replica = (at: number) => stack.core.replicas[at] as TestServer
const putCode = (key: string, version: number) => core.runDurably(scripts.putCode, [key], [version, 0, 0, '{}'])

/** A replica that was just let go, or whose disk is slow, may take longer than a script waits: then it is asked for again. */
const putCodeAtLast = (key: string, version: number) =>
  eventually('the replicas have it', async () => {
    const put = await putCode(key, version)
    return put.ok && put
  })

/** A replica that is stopped stays connected and has nothing to say. */
function signal(server: TestServer, what: 'SIGSTOP' | 'SIGCONT'): void {
  const pid = server.pid()
  if (pid) process.kill(pid, what)
}

async function versionOn(server: { url: string }, key: string): Promise<string | null> {
  const redis = new Redis(server.url)
  try {
    return await redis.hget(key, 'version')
  } finally {
    redis.disconnect()
  }
}

test('what was answered is on as many replicas as stated, whatever becomes of the master at that moment', async () => {
  for (let n = 1; n <= 20; n += 1) {
    expect(await putCodeAtLast(`code:${n}`, n)).toEqual({ ok: true, value: n })
    expect(await Promise.all([0, 1].map((at) => versionOn(replica(at), `code:${n}`)))).toEqual([`${n}`, `${n}`])
  }
})

test('what did not reach the replicas is no promise, says what the script said, and can be asked for again', async () => {
  signal(replica(1), 'SIGSTOP')
  expect(await putCode('code:late', 3)).toEqual({ ok: false, code: 'NOT_REPLICATED', reply: 3, reached: 1 })
  expect(await versionOn(stack.core, 'code:late')).toBe('3')
  expect(await putCode('code:late', 3)).toMatchObject({ code: 'NOT_REPLICATED' })
  signal(replica(1), 'SIGCONT')
  expect(await putCodeAtLast('code:late', 3)).toEqual({ ok: true, value: 3 })
  expect(await versionOn(replica(1), 'code:late')).toBe('3')
})

test('a script that the server has forgotten is waited for, too', async () => {
  await putCodeAtLast('code:known', 1)
  const redis = new Redis(stack.core.url)
  await redis.script('FLUSH')
  await eventually('the replicas have said that they have everything', async () => {
    const info = await redis.info('replication')
    const [offset] = /(?<=master_repl_offset:)\d+/.exec(info) ?? []
    return info.split(`offset=${offset},`).length === 3
  })
  redis.disconnect()
  for (const at of [0, 1]) signal(replica(at), 'SIGSTOP')
  expect(await putCode('code:known', 2)).toEqual({ ok: false, code: 'NOT_REPLICATED', reply: 2, reached: 0 })
})

test('while a script waits for replicas, what is read does not wait', async () => {
  signal(replica(0), 'SIGSTOP')
  await eventually('what is read says that a script waits', async () => {
    let isUnderWay = true
    const placing = putCode('code:slow', 1).finally(() => {
      isUnderWay = false
    })
    const said: string[] = []
    while (isUnderWay) {
      const read = await core.call('code:slow', (redis) => redis.info('clients'))
      said.push(read.ok ? read.value : read.code)
    }
    await placing
    return said.some((words) => words.includes('blocked_clients:1'))
  })
})

test('a core that is asked for no replicas waits for none', async () => {
  const alone = new Core(stack.core.url, 'test', { connectPatienceMs: 10_000 })
  for (const at of [0, 1]) signal(replica(at), 'SIGSTOP')
  expect(await alone.runDurably(scripts.putCode, ['code:alone'], [1, 0, 0, '{}'])).toEqual({ ok: true, value: 1 })
  await alone.close()
})
