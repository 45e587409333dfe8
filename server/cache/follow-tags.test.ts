import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '#/drill/engine/eventually.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { edit } from '../catalog/edit.ts'
import { connectDatabase } from '../db/client.ts'
import { catchUp, followTags } from './follow-tags.ts'
import { LEASE_MS, TagClock } from './tag-clock.ts'

let engine: TestEngine

beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine.stop())

const tell = (...told: string[]) => edit(engine.db, async (_tx, touched) => touched.tags(...told))

test('two clocks that are brought up to date know the same of every edit', async () => {
  const clocks = [new TagClock(), new TagClock()] as const
  await tell('a')
  await catchUp(engine.db, clocks[0])
  const asOf = clocks[0].now
  await tell('b')
  for (const clock of clocks) await catchUp(engine.db, clock)
  expect(clocks[1].now).toEqual(clocks[0].now)
  for (const clock of clocks) expect([clock.isStale(['a'], asOf), clock.isStale(['b'], asOf)]).toEqual([false, true])
})

test('when Postgres is set back, everything from before is old for everybody, also once its number is reached again', async () => {
  const [clock, other] = [new TagClock(), new TagClock()]
  await tell('a')
  await tell('b')
  for (const each of [clock, other]) await catchUp(engine.db, each)
  const lost = clock.now
  await engine.db.tagFeed.updateMany({ data: { last: { decrement: 1 } } })
  await catchUp(engine.db, clock)
  expect(clock.now.epoch).not.toBe(lost.epoch)
  await tell('c')
  for (const each of [clock, other]) await catchUp(engine.db, each)
  expect(other.now).toEqual({ epoch: clock.now.epoch, sequence: lost.sequence })
  for (const each of [clock, other]) expect(each.isStale([], lost)).toBe(true)
})

test('a clock is followed by itself, and tells that it has heard of something; while Postgres is away it stands without a lease, and it catches up with what it missed', async () => {
  const clock = new TagClock()
  const own = connectDatabase(engine.stack.postgres.url, 1, LEASE_MS)
  const following = followTags(own, clock)
  try {
    await following.known
    const { sequence } = clock.now
    const heard: number[] = []
    following.onHeard(() => void heard.push(clock.now.sequence))
    await tell('a')
    await eventually('it knows of the edit', async () => clock.now.sequence === sequence + 1 && clock.hasLease(performance.now()))
    await engine.stack.postgres.kill('SIGKILL')
    await eventually('its lease has ended', async () => !clock.hasLease(performance.now()))
    expect([clock.now.sequence, heard]).toEqual([sequence + 1, [sequence + 1]])
    await engine.stack.postgres.start()
    await eventually('somebody can edit again', () => tell('b').then(() => true))
    await eventually('it has caught up', async () => clock.now.sequence >= sequence + 2 && clock.hasLease(performance.now()))
  } finally {
    await following.stop()
    await own.$disconnect()
  }
})
