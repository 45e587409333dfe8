import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '#/drill/engine/eventually.ts'
import { startTestStack, type TestStack } from '#/scripts/stack/test-stack.ts'
import { connectDatabase } from '../db/client.ts'
import { dataKey } from '../redis/cache-keys.ts'
import { PatientRedis } from '../redis/patient-redis.ts'
import { UNKNOWN } from './as-of.ts'
import { counts } from './counts.ts'
import { DataCache, type Json, type Reading } from './data-cache.ts'
import { TagClock } from './tag-clock.ts'

let stack: TestStack
let redis: PatientRedis
let hands: Redis

beforeAll(async () => {
  stack = await startTestStack({ without: ['postgres', 'core', 'gateway', 'mail'] })
  redis = new PatientRedis(stack.cache.url, 'test')
  hands = new Redis(stack.cache.url)
  hands.on('error', () => {})
  await untilRedisAnswers()
})
afterAll(async () => {
  redis.close()
  hands.disconnect()
  await stack.stop()
})

const untilRedisAnswers = () => eventually('redis cache answers', async () => (await redis.ask((one) => one.ping())).ok)

/** The numbers of a feed, and processes that follow it. Each test has a life of its own. */
class Feed {
  readonly epoch = crypto.randomUUID()
  readonly #told: string[][] = []

  get head(): number {
    return this.#told.length
  }

  tell(...tags: string[]): void {
    this.#told.push(tags)
  }

  /** The last number up to `most` that a tag was given. */
  lastOf(tag: string, most = this.head): number {
    return this.#told.slice(0, most).findLastIndex((tags) => tags.includes(tag)) + 1
  }

  look(clock: TagClock): void {
    const since = clock.now.sequence
    const changed = new Map(this.#told.slice(since).flatMap((tags, i) => tags.map((tag) => [tag, since + i + 1] as const)))
    clock.apply({ epoch: this.epoch, since, head: this.head, changed }, 0)
  }
}

/** A process with a memory of its own, which knows what was told until now. */
function startProcess(feed = new Feed(), options: { mostBytes?: number } = {}) {
  const clock = new TagClock()
  feed.look(clock)
  let nowMs = Date.now()
  const pass = (ms: number) => {
    nowMs += ms
  }
  const cache = new DataCache({ clock: () => clock, shared: () => redis, nowMs: () => nowMs, ...options })
  return { feed, clock, cache, pass, look: () => feed.look(clock) }
}

/** Something to read, that counts how often it is. */
function countedSource<T extends Json>(value: () => T, tags: readonly string[] = ['a'], more: Partial<Reading<T>> = {}) {
  const source = async () => {
    source.readings += 1
    return { value: value(), tags, ...more }
  }
  source.readings = 0
  return source
}

/** What was counted while something ran. */
async function countedWhile(run: () => Promise<unknown>) {
  const before = structuredClone(counts())
  await run()
  type Counts = Record<string, Record<string, number>>
  const [from, to] = [before as Counts, counts() as Counts]
  return Object.fromEntries(
    Object.entries(to).flatMap(([layer, outcomes]) =>
      Object.entries(outcomes).flatMap(([outcome, count]) => {
        const more = count - (from[layer]?.[outcome] ?? 0)
        return more === 0 ? [] : [[`${layer}.${outcome}`, more] as const]
      }),
    ),
  )
}

/** Has a value stand in Redis cache, as of now. A server that is slow for a moment is not told, so it may take another process. */
function share(feed: Feed, key: string, value: Json): Promise<unknown> {
  return eventually(`${key} is in redis cache`, async () => {
    await startProcess(feed).cache.read(
      key,
      countedSource(() => value),
    )
    return hands.exists(dataKey(feed.epoch, key))
  })
}

test('two hundred who ask at once wait for one reading, and whoever asks after that for none', async () => {
  const { cache } = startProcess()
  const source = countedSource(() => 'v')
  const counted = await countedWhile(async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => cache.read('k', source)))
    expect(new Set(answers.map(({ value }) => value))).toEqual(new Set(['v']))
    await cache.read('k', source)
  })
  expect(source.readings).toBe(1)
  expect(counted).toMatchObject({ 'data.memory.miss': 200, 'data.memory.coalesced': 199, 'data.memory.hit': 1, 'data.postgres.read': 1 })
})

test('what one process has read, another has from Redis cache, and both know of it what was told since', async () => {
  const feed = new Feed()
  const source = countedSource(() => ({ seen: feed.head }))
  await share(feed, 'k', { seen: 0 })
  feed.tell('b')
  const other = await eventually('another has it from there', async () => {
    const process = startProcess(feed)
    const counted = await countedWhile(async () => {
      const given = await process.cache.read('k', source)
      expect(given).toMatchObject({ tags: ['a'], asOf: { epoch: feed.epoch, sequence: 1 } })
    })
    return counted['data.redis.hit'] === 1 && process
  })
  feed.tell('a')
  other.look()
  expect((await other.cache.read('k', source)).value).toEqual({ seen: 2 })
})

test('whoever knows of an edit does not wait for a reading that began before it, and that one lands without replacing what is newer', async () => {
  const { cache, feed, look } = startProcess()
  let land = () => {}
  const gate = new Promise<void>((resolve) => {
    land = resolve
  })
  const slow = countedSource(() => 'before')
  const before = cache.read('k', async () => {
    const read = await slow()
    await gate
    return read
  })
  await eventually('the reading has begun', async () => slow.readings === 1)
  feed.tell('a')
  look()
  const after = countedSource(() => 'after')
  expect(await cache.read('k', after)).toMatchObject({ value: 'after', asOf: { sequence: 1 } })
  land()
  expect(await before).toMatchObject({ value: 'before', asOf: { sequence: 0 } })
  expect(await cache.read('k', after)).toMatchObject({ value: 'after', asOf: { sequence: 1 } })
  expect(after.readings).toBe(1)
})

const KEYS = { x: ['a', 'b'], y: ['b', 'c'] } as const
const step = fc.oneof(
  fc.record({ kind: fc.constant('edit' as const), tags: fc.subarray(['a', 'b', 'c'], { minLength: 1 }) }),
  fc.record({ kind: fc.constant('look' as const), process: fc.nat(1) }),
  fc.record({
    kind: fc.constant('ask' as const),
    process: fc.nat(1),
    key: fc.constantFrom('x' as const, 'y' as const),
    early: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('land' as const), last: fc.boolean() }),
)

test('however edits, looks, askings and readings of two processes meet, nobody is given less than he knew of, or told that it is more than it is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const feed = new Feed()
      const processes = [startProcess(feed), startProcess(feed)] as const
      // A reading sees what is committed at one moment between its begin and its end.
      const readings: { seen: number | null; land: () => void }[] = []
      const asked: Promise<void>[] = []
      const landOne = (last: boolean) => {
        const [one] = readings.splice(last ? -1 : 0, 1)
        if (one) one.seen ??= feed.head
        one?.land()
      }
      const ask = async (process: (typeof processes)[number], key: keyof typeof KEYS, early: boolean) => {
        const known = process.clock.now.sequence
        const given = await process.cache.read(key, async () => {
          const one = { seen: early ? feed.head : null, land: () => {} }
          const landed = new Promise<void>((resolve) => {
            one.land = resolve
          })
          readings.push(one)
          await landed
          return { value: { seen: one.seen }, tags: KEYS[key] }
        })
        const seen = given.value.seen ?? Number.NaN
        for (const tag of KEYS[key]) {
          expect(feed.lastOf(tag, known), 'what was known when it was asked').toBeLessThanOrEqual(seen)
          expect(feed.lastOf(tag, given.asOf.sequence), 'what its number says').toBeLessThanOrEqual(seen)
        }
      }
      for (const one of steps) {
        if (one.kind === 'edit') feed.tell(...one.tags)
        if (one.kind === 'look') processes[one.process as 0 | 1].look()
        if (one.kind === 'ask') asked.push(ask(processes[one.process as 0 | 1], one.key, one.early))
        if (one.kind === 'land') landOne(one.last)
        await redis.ask((connection) => connection.ping()) // what was asked of Redis before is answered by now
        await setImmediate()
      }
      const all = Promise.all(asked)
      let isOver = false
      all.then(
        () => {
          isOver = true
        },
        () => {
          isOver = true
        },
      )
      while (!isOver) {
        landOne(false)
        await setImmediate()
      }
      await all
    }),
    { numRuns: 200 },
  )
})

test('after its time what is kept is given at once and read again behind, once; after as long again whoever asks waits', async () => {
  const { cache, pass } = startProcess()
  const source = countedSource((): number => source.readings)
  await cache.read('k', source)
  pass(70 * 60_000)
  let land = () => {}
  const gate = new Promise<void>((resolve) => {
    land = resolve
  })
  const slow = async () => {
    const read = await source()
    await gate
    return read
  }
  const old = [cache.read('k', slow), cache.read('k', slow)]
  expect(await Promise.all(old), 'while it is read').toMatchObject([{ value: 1 }, { value: 1 }])
  land()
  await eventually('it was read again', async () => (await cache.read('k', slow)).value === 2)
  expect(source.readings).toBe(2)
  pass(130 * 60_000)
  expect((await cache.read('k', source)).value).toBe(3)
})

test('what was read together is not read again together: it lives for an hour, a tenth more or less', async () => {
  const { cache, pass } = startProcess()
  const keys = Array.from({ length: 100 }, (_, i) => `k${i}`)
  const staleNow = async () => {
    const counted = await countedWhile(() => Promise.all(keys.map((key) => cache.read(key, () => new Promise<Reading<number>>(() => {})))))
    return counted['data.memory.stale'] ?? 0
  }
  await Promise.all(
    keys.map((key) =>
      cache.read(
        key,
        countedSource(() => 1),
      ),
    ),
  )
  pass(54 * 60_000 - 1000)
  expect(await staleNow()).toBe(0)
  pass(6 * 60_000 + 1000)
  const middle = await staleNow()
  expect(middle).toBeGreaterThan(0)
  expect(middle).toBeLessThan(100)
  pass(6 * 60_000 + 1000)
  expect(await staleNow()).toBe(100)
})

test('what becomes untrue at a time is not given after it, not even while it is read again', async () => {
  const { cache, pass } = startProcess()
  const source = countedSource((): number => source.readings, ['a'], { untrueAtMs: Date.now() + 10_000 })
  await cache.read('k', source)
  pass(9000)
  expect((await cache.read('k', source)).value).toBe(1)
  pass(2000)
  expect((await cache.read('k', source)).value).toBe(2)
})

test('nothing is believed for some seconds, and never once a tag of it was told; then whoever asks waits for what there is', async () => {
  const { cache, feed, look, pass } = startProcess()
  let value: string | null = null
  const source = countedSource(() => value)
  expect((await cache.read('k', source)).value).toBeNull()
  pass(4000)
  await cache.read('k', source)
  expect(source.readings).toBe(1)
  pass(2000)
  expect((await cache.read('k', source)).value).toBeNull()
  expect(source.readings).toBe(2)
  value = 'published'
  feed.tell('a')
  look()
  expect((await cache.read('k', source)).value).toBe('published')
})

test('memory holds no more than its bytes, the least used make room, and what it has not is still given', async () => {
  const { cache } = startProcess(new Feed(), { mostBytes: 20_000 })
  const source = countedSource(() => 'x'.repeat(1000))
  for (let i = 0; i < 100; i += 1) await cache.read(`k${i}`, source)
  expect(cache.bytes).toBeLessThanOrEqual(20_000)
  expect(cache.entries).toBeLessThan(20)
  expect((await cache.read('k0', source)).value).toHaveLength(1000)
  const large = countedSource(() => 'x'.repeat(30_000))
  await cache.read('large', large)
  await cache.read('large', large)
  expect(cache.bytes).toBeLessThanOrEqual(20_000)
})

test('Redis cache is killed, hangs, or is full: what is asked for still comes, and is shared again afterwards', async () => {
  const { cache, feed, look } = startProcess()
  const source = countedSource((): number => source.readings)
  const readAnew = async () => {
    feed.tell('a')
    look()
    return (await cache.read('k', source)).value
  }
  expect(await readAnew()).toBe(1)
  const hurt = {
    killed: { begin: () => stack.cache.kill('SIGKILL'), end: () => stack.cache.start() },
    hanging: {
      begin: async () => process.kill(stack.cache.pid() ?? 0, 'SIGSTOP'),
      end: async () => process.kill(stack.cache.pid() ?? 0, 'SIGCONT'),
    },
    full: {
      begin: () => hands.config('SET', 'maxmemory', '1', 'maxmemory-policy', 'noeviction'),
      end: () => hands.config('SET', 'maxmemory', '0'),
    },
  }
  for (const [how, { begin, end }] of Object.entries(hurt)) {
    await begin()
    const before = source.readings
    const counted = await countedWhile(async () => {
      for (let i = 1; i <= 20; i += 1) expect(await readAnew(), how).toBe(before + i)
      await cache.read('k', source)
      await eventually('it was noticed', async () => counts()['data.redis'].error > 0)
    })
    expect(counted, how).toMatchObject({ 'data.memory.hit': 1, 'data.postgres.read': 20 })
    await end()
    await untilRedisAnswers()
    const other = startProcess(feed)
    await eventually(`what is read is shared again after it was ${how}`, async () => {
      await readAnew()
      other.look()
      return (await countedWhile(() => other.cache.read('k', source)))['data.redis.hit']
    })
  }
})

test('what was read while Redis cache was away is shared once it is back, as soon as somebody is given it', async () => {
  const { cache, feed } = startProcess()
  const source = countedSource(() => 'v')
  await stack.cache.kill('SIGKILL')
  await cache.read('k', source)
  await stack.cache.start()
  await untilRedisAnswers()
  await eventually('it is in redis cache', async () => {
    await cache.read('k', source)
    return hands.exists(dataKey(feed.epoch, 'k'))
  })
  expect(source.readings).toBe(1)
})

const nobody = connectDatabase('postgresql://127.0.0.1:1/nothing', 1)

/** Reads from a Postgres that is not there, and counts how often. */
function awaySource() {
  const source = async (): Promise<Reading<string>> => {
    source.readings += 1
    await nobody.$queryRaw`SELECT 1`
    return { value: 'new', tags: ['a'] }
  }
  source.readings = 0
  return source
}

test('while Postgres is away who asks for it is given what is old, with the number that it is of; any other failure is one', async () => {
  const { cache, feed, look, pass } = startProcess()
  const away = awaySource()
  await share(feed, 'k', 'old')
  await cache.read(
    'k',
    countedSource(() => 'old'),
  )
  feed.tell('a')
  look()
  await expect(cache.read('k', away)).rejects.toThrow()
  expect(await cache.read('k', away, { orStale: true })).toEqual({ value: 'old', tags: ['a'], asOf: { epoch: feed.epoch, sequence: 0 } })
  const other = startProcess(feed)
  const fromRedis = () => other.cache.read('k', away, { orStale: true })
  expect(await eventually('it comes from redis cache too', fromRedis)).toMatchObject({ value: 'old', asOf: { sequence: 0 } })
  await expect(other.cache.read('nothing', away, { orStale: true })).rejects.toThrow()
  const broken = () => Promise.reject(new Error('a row that nobody understands'))
  pass(2000)
  await expect(cache.read('k', broken, { orStale: true })).rejects.toThrow('nobody understands')
})

test('what has outlived its time is not said to be of now, though nothing was told of it; of what was told of, its own number is said', async () => {
  const { cache, feed, look, pass } = startProcess()
  const source = countedSource(() => 'old')
  await cache.read('k', source)
  feed.tell('b')
  look()
  pass(3 * 3_600_000)
  expect(await cache.read('k', awaySource(), { orStale: true })).toEqual({ value: 'old', tags: ['a'], asOf: UNKNOWN })
  feed.tell('a')
  look()
  expect(await cache.read('k', awaySource(), { orStale: true })).toMatchObject({ asOf: { epoch: feed.epoch, sequence: 0 } })
})

test('once Postgres was found away, who has something old is given it at once, and for a second nobody asks; then one finds out for all', async () => {
  const { cache, feed, look, pass } = startProcess()
  for (const key of ['told', 'late', 'aged'])
    await cache.read(
      key,
      countedSource(() => 'old', [key]),
    )
  const away = awaySource()
  const askAll = () => Promise.all(['told', 'late', 'told', 'late'].map((key) => cache.read(key, away, { orStale: true })))
  pass(70 * 60_000)
  feed.tell('told')
  look()
  await cache.read('told', away, { orStale: true })
  expect(away.readings).toBe(1)
  // One of them is true, and is to be read again behind whoever is given it.
  for (let i = 0; i < 5; i += 1) expect((await askAll()).map(({ value }) => value)).toEqual(['old', 'old', 'old', 'old'])
  expect(away.readings).toBe(1)

  pass(1000)
  const { promise: found, resolve: find } = Promise.withResolvers<void>()
  let probes = 0
  const slow = async () => {
    probes += 1
    await found
    return away()
  }
  const probing = cache.read('told', slow, { orStale: true })
  await eventually('somebody finds out', async () => probes === 1)
  pass(60_000)
  for (let i = 0; i < 5; i += 1) await askAll()
  expect([probes, away.readings]).toEqual([1, 1])
  find()
  expect((await probing).value).toBe('old')
  const back = countedSource(() => 'new', ['told'])
  expect((await cache.read('told', back, { orStale: true })).value, 'it rests again').toBe('old')
  pass(1000)
  for (let i = 0; i < 3; i += 1) expect((await cache.read('told', back, { orStale: true })).value).toBe('new')
  expect(back.readings).toBe(1)
})

test('who has nothing asks Postgres even where it was away a moment ago', async () => {
  const { cache } = startProcess()
  const away = awaySource()
  for (const key of ['k', 'l']) await expect(cache.read(key, away, { orStale: true })).rejects.toThrow()
  expect(away.readings).toBe(2)
  const back = countedSource(() => 'new')
  expect((await cache.read('k', back, { orStale: true })).value).toBe('new')
})

test('what in Redis cache is no reading is read anew, and of another life of the feed nothing is taken', async () => {
  const { cache, feed } = startProcess()
  const source = countedSource(() => 'v')
  await hands.set(dataKey(feed.epoch, 'k'), '{"value":1')
  await hands.set(dataKey(feed.epoch, 'l'), '{"value":1}')
  for (const key of ['k', 'l']) expect((await cache.read(key, source)).value).toBe('v')
  expect(source.readings).toBe(2)
  await startProcess().cache.read('k', source)
  expect(source.readings).toBe(3)
})

test('a process that began while Postgres is away is given what others have read, as of no number, and judges it once it knows the feed', async () => {
  const feed = new Feed()
  await share(feed, 'k', 'old')
  const clock = new TagClock()
  clock.suppose(feed.epoch)
  const cache = new DataCache({ clock: () => clock, shared: () => redis })
  const read = () => cache.read('k', awaySource(), { orStale: true })
  expect(await eventually('it comes from redis cache', () => read().catch(() => null))).toEqual({
    value: 'old',
    tags: ['a'],
    asOf: UNKNOWN,
  })
  feed.look(clock)
  expect((await read()).asOf).toEqual({ epoch: feed.epoch, sequence: 0 })
  feed.tell('a')
  feed.look(clock)
  const source = countedSource(() => 'new')
  expect((await cache.read('k', source)).value).toBe('new')
})

test('a clock that stands still, as in a build, takes nothing from Redis cache, whose edits it cannot know', async () => {
  const feed = new Feed()
  await share(feed, 'k', 'shared')
  const clock = TagClock.at({ epoch: feed.epoch, sequence: 0 })
  const building = new DataCache({ clock: () => clock, shared: () => redis })
  expect(
    (
      await building.read(
        'k',
        countedSource(() => 'read'),
      )
    ).value,
  ).toBe('read')
})
