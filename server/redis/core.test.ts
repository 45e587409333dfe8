import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { eventually } from '#/drill/engine/eventually.ts'
import { LossyWire } from '#/drill/engine/lossy-wire.ts'
import { startTestStack, type TestServer, type TestStack } from '#/scripts/stack/test-stack.ts'
import { Core } from './core.ts'
import { slotOf } from './key-slot.ts'

let stack: TestStack
let core: Core
const open: { close(): void }[] = []

beforeAll(async () => {
  stack = await startTestStack({ core: 'cluster', without: ['postgres', 'cache', 'gateway', 'mail'] })
  core = new Core(stack.core.url, 'test')
})
afterEach(() => {
  for (const one of open.splice(0)) one.close()
})
afterAll(async () => {
  await core.close()
  await stack.stop()
})

/** Keys enough that every node holds some. */
const KEYS = Array.from({ length: 24 }, (_, n) => `{test:${n}}:count`)
const MASTERS = 3
const ownerOf = (key: string) => Math.floor((slotOf(key) * MASTERS) / 16_384)
const keysOf = (master: number) => KEYS.filter((key) => ownerOf(key) === master)
const master = (at: number) => stack.core.masters[at] as TestServer

async function onNode<T>(at: number, act: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(master(at).url)
  try {
    return await act(redis)
  } finally {
    redis.disconnect()
  }
}

const timeOf = (at: number) =>
  onNode(at, async (redis) => {
    const [seconds, micros] = (await redis.time()).map(Number) as [number, number]
    return seconds * 1000 + Math.floor(micros / 1000)
  })

test('each key is asked of the node that holds it, all at once from the first moment on', async () => {
  const fresh = new Core(stack.core.url, 'test', { connectPatienceMs: 10_000 })
  open.push(fresh)
  const answers = await Promise.all(KEYS.map((key) => fresh.call(key, (redis) => redis.incr(key))))
  expect(answers).toEqual(KEYS.map(() => ({ ok: true, value: 1 })))
  for (const at of [0, 1, 2]) expect(await onNode(at, (redis) => redis.exists(...keysOf(at).slice(0, 1)))).toBe(1)
})

test('a reply that is lost on one node is unknown there, the command ran once, and the other nodes go on', async () => {
  const { wire, url, reach } = await LossyWire.to(stack.core.url)
  const far = new Core(url, 'test', { reach })
  open.push(wire, far)
  const [lost, other] = [keysOf(0)[0] ?? '', keysOf(1)[0] ?? '']
  await eventually('both are reached', async () => (await far.now(lost)).ok && (await far.now(other)).ok)
  wire.loseRepliesTo('hincrby')
  expect(await far.call(lost, (redis) => redis.hincrby(`${lost}:h`, 'n', 1))).toEqual({ ok: false, code: 'CORE_UNKNOWN' })
  expect(await far.call(other, (redis) => redis.incr(other))).toMatchObject({ ok: true })
  wire.loseNothing()
  expect(await core.call(lost, (redis) => redis.hget(`${lost}:h`, 'n'))).toEqual({ ok: true, value: '1' })
})

test('with one node away its keys cannot be reached, those of others can, and it serves again once it is back', async () => {
  const [gone, there] = [keysOf(2)[0] ?? '', keysOf(0)[0] ?? '']
  await master(2).kill()
  expect(await core.call(gone, (redis) => redis.incr(gone))).toMatchObject({ ok: false, code: expect.stringMatching(/CORE_UN/) })
  expect(await core.call(gone, (redis) => redis.get(gone))).toEqual({ ok: false, code: 'CORE_UNREACHED' })
  expect(await core.call(there, (redis) => redis.get(there))).toMatchObject({ ok: true })
  await master(2).start()
  await eventually('it serves again', async () => (await core.call(gone, (redis) => redis.get(gone))).ok)
})

test.each([
  ['a command', '{moving}:count', (redis: Redis) => redis.incr('{moving}:count')],
  ['a transaction', '{moving too}:count', (redis: Redis) => redis.multi().incr('{moving too}:count').get('{moving too}:count').exec()],
])('%s follows a key to the node that it has moved to, and runs there once', async (_, key, change) => {
  const slot = slotOf(key)
  const to = (ownerOf(key) + 1) % MASTERS
  expect((await core.call(key, (redis) => redis.get(key))).ok).toBe(true)
  // An empty slot, given away between two looks at who holds what.
  const [id, before] = await Promise.all([to, ownerOf(key)].map((at) => onNode(at, (redis) => redis.cluster('MYID'))))
  // A node that imports a slot takes it under a new epoch; under an old one gossip might give the slot back in the middle.
  await onNode(to, (redis) => redis.cluster('SETSLOT', slot, 'IMPORTING', before ?? ''))
  for (const at of [to, ownerOf(key)]) await onNode(at, (redis) => redis.cluster('SETSLOT', slot, 'NODE', id ?? ''))
  expect((await core.call<unknown>(key, change)).ok).toBe(true)
  expect(await onNode(to, (redis) => redis.get(key))).toBe('1')
})

test('the clock of every node is known, for the deadlines that it will judge', async () => {
  for (const at of [0, 1, 2]) {
    const key = keysOf(at)[0] ?? ''
    // One that compares the clocks now: what it says is right within half a round trip.
    const fresh = new Core(stack.core.url, 'test', { connectPatienceMs: 10_000 })
    open.push(fresh)
    const beganMs = await timeOf(at)
    const now = await fresh.now(key)
    const endedMs = await timeOf(at)
    const roundTripMs = endedMs - beganMs
    if (!now.ok) throw new Error(now.code)
    expect(now.value).toBeGreaterThanOrEqual(beganMs - roundTripMs)
    expect(now.value).toBeLessThanOrEqual(endedMs + roundTripMs)
  }
})
