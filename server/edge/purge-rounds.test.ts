import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TagsRead } from '../cache/read-tags.ts'
import { isOld } from './purge.ts'
import { PurgeRounds } from './purge-rounds.ts'

const read = (since: number, head: number, tags: readonly string[] = [], epoch = 'e1'): TagsRead => ({
  epoch,
  since,
  head,
  changed: new Map(tags.map((tag) => [tag, head])),
})
const from = (sequence: number, epoch = 'e1') => new PurgeRounds({ epoch, sequence })

/** What is due by then, which is done. */
function work(rounds: PurgeRounds, nowMs: number): string[] | 'everything' | null {
  const due = rounds.due(nowMs)
  due?.done()
  return due && (due.purge.told === null ? 'everything' : [...due.purge.told.keys()])
}

test('what is told is purged when all have heard of it, after two seconds and after twelve, and is settled by then and not before', () => {
  const rounds = from(4)
  rounds.hear(read(4, 5, ['a']), 1000)
  expect(rounds.heard.sequence).toBe(5)
  const due = [1000, 1299, 1300, 1301, 2999, 3000, 3001, 12_999].map((at) => work(rounds, at))
  expect(due).toEqual([null, null, ['a'], null, null, ['a'], null, null])
  expect(rounds.settled.sequence).toBe(4)
  expect(work(rounds, 13_000)).toEqual(['a'])
  expect(rounds.settled.sequence).toBe(5)
})

test('what could not be done stays due', () => {
  const rounds = from(4)
  rounds.hear(read(4, 5, ['a']), 0)
  for (const at of [300, 400, 30_000]) expect([...(rounds.due(at)?.purge.told?.keys() ?? [])]).toEqual(['a'])
  expect(rounds.settled.sequence).toBe(4)
  expect(work(rounds, 30_000)).toEqual(['a'])
  expect(rounds.settled.sequence).toBe(5)
})

test('of several edits that are due together each tag has its last number', () => {
  const rounds = from(0)
  rounds.hear(read(0, 1, ['a', 'b']), 0)
  rounds.hear(read(1, 2, ['b']), 100)
  const told = new Map([
    ['a', 1],
    ['b', 2],
  ])
  expect(rounds.due(400)?.purge).toEqual({ upTo: { epoch: 'e1', sequence: 2 }, told })
})

test('edits that follow each other for ever do not keep the first from being settled', () => {
  const rounds = from(0)
  for (let at = 1; at <= 60; at += 1) {
    rounds.hear(read(at - 1, at, ['a']), at * 1000)
    work(rounds, at * 1000)
  }
  expect(rounds.settled.sequence).toBe(48)
})

test.each([
  ['another life of the feed', read(4, 9, ['a'], 'e2')],
  ['a feed that was set back', read(4, 3)],
])('%s says nothing of what is kept: everything goes', (_, another) => {
  const rounds = from(4)
  rounds.hear(another, 0)
  expect(work(rounds, 300)).toBe('everything')
  expect(rounds.settled).toEqual({ epoch: 'e1', sequence: 4 })
  rounds.hear(read(another.head, another.head, [], another.epoch), 250)
  expect(work(rounds, 600)).toBeNull()
  expect([work(rounds, 2000), work(rounds, 12_000)]).toEqual(['everything', 'everything'])
  expect(rounds.settled).toEqual({ epoch: another.epoch, sequence: another.head })
})

test('one who knows nothing begins by purging everything, and one who knows all of it with nothing', () => {
  const rounds = new PurgeRounds({ epoch: '', sequence: 0 })
  rounds.hear(read(0, 7, ['a']), 0)
  expect(work(rounds, 300)).toBe('everything')
  const other = from(7)
  other.hear(read(7, 7), 0)
  expect([work(other, 300), other.settled.sequence]).toEqual([null, 7])
})

/** A web process may call a page fresh that lacks what was told within the last second, and its answer may take ten to arrive. */
const LEASE_MS = 1000
const UNDER_WAY_MS = 10_000
const TICK_MS = 250

test('whatever is told, sent and late, nothing that is settled stays old in the edge', () => {
  const edits = fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 1, maxLength: 8 })
  const answer = fc.record({
    madeAtMs: fc.integer({ min: 0, max: 30_000 }),
    behindMs: fc.integer({ min: 0, max: LEASE_MS }),
    lateMs: fc.integer({ min: 0, max: UNDER_WAY_MS }),
  })
  fc.assert(
    fc.property(edits, fc.array(answer, { maxLength: 30 }), (editsAtMs, answers) => {
      editsAtMs.sort((a, b) => a - b)
      const headAt = (ms: number) => editsAtMs.filter((at) => at <= ms).length
      const arriving = answers.map(({ madeAtMs, behindMs, lateMs }) => ({
        arrivesAtMs: madeAtMs + lateMs,
        asOf: headAt(madeAtMs - behindMs),
      }))
      const rounds = from(0)
      let kept: number[] = []
      for (let nowMs = 0; nowMs <= 60_000; nowMs += TICK_MS) {
        kept.push(...arriving.filter(({ arrivesAtMs }) => arrivesAtMs > nowMs - TICK_MS && arrivesAtMs <= nowMs).map(({ asOf }) => asOf))
        const { sequence } = rounds.heard
        rounds.hear(read(sequence, headAt(nowMs), headAt(nowMs) > sequence ? ['a'] : []), nowMs)
        const due = rounds.due(nowMs)
        if (due) kept = kept.filter((asOf) => !isOld({ tags: ['a'], asOf: { epoch: 'e1', sequence: asOf } }, due.purge))
        due?.done()
        for (const asOf of kept) expect(asOf).toBeGreaterThanOrEqual(rounds.settled.sequence)
      }
      expect(rounds.settled.sequence).toBe(editsAtMs.length)
    }),
  )
})
