import fc from 'fast-check'
import { expect, test } from 'vitest'
import { asOfTag, splitTags, UNKNOWN } from './as-of.ts'
import type { TagsRead } from './read-tags.ts'
import { LEASE_MS, TagClock } from './tag-clock.ts'

const EPOCH = 'e1'
const read = (since: number, head: number, changed: Record<string, number> = {}, epoch = EPOCH): TagsRead => ({
  epoch,
  since,
  head,
  changed: new Map(Object.entries(changed)),
})
const asOf = (sequence: number, epoch = EPOCH) => ({ epoch, sequence })

test('what is kept is stale from when a tag of it is known to have a later number, and only then', () => {
  const clock = new TagClock()
  clock.apply(read(0, 5, { a: 3, b: 5 }), 0)
  expect([clock.isStale(['a'], asOf(3)), clock.isStale(['a', 'c'], asOf(2)), clock.isStale(['b'], asOf(4))]).toEqual([false, true, true])
  clock.apply(read(5, 6, { a: 6 }), 0)
  expect([clock.isStale(['a'], asOf(5)), clock.isStale(['b'], asOf(5)), clock.isStale([], asOf(0))]).toEqual([true, false, false])
})

test('what nobody can say the age of is stale as soon as the feed is known, and what carries no tag never is', () => {
  const clock = new TagClock()
  expect([clock.isKnown, clock.isStale(['a'], UNKNOWN), clock.isStale(['a'], null)]).toEqual([false, false, false])
  clock.apply(read(0, 0), 0)
  expect([clock.isKnown, clock.isStale(['a'], UNKNOWN), clock.isStale(['a'], null), clock.isStale([], null)]).toEqual([
    true,
    true,
    true,
    false,
  ])
})

test('everything of another life of the feed is stale, however high its number', () => {
  const clock = new TagClock()
  clock.apply(read(0, 90, { a: 90 }), 0)
  expect(() => clock.apply(read(90, 95, {}, 'e2'), 0)).toThrow('read from 90')
  clock.apply(read(0, 4, { b: 4 }, 'e2'), 0)
  expect(clock.now).toEqual(asOf(4, 'e2'))
  expect([clock.isStale([], asOf(90)), clock.isStale(['a'], asOf(4, 'e2')), clock.isStale(['b'], asOf(3, 'e2'))]).toEqual([
    true,
    false,
    true,
  ])
})

test('a lease ends a second after the question was sent that the clock was confirmed by', () => {
  const clock = new TagClock()
  expect(clock.hasLease(0)).toBe(false)
  clock.apply(read(0, 0), 100)
  expect([clock.hasLease(99 + LEASE_MS), clock.hasLease(100 + LEASE_MS)]).toEqual([true, false])
})

const TAGS = ['a', 'b', 'c'] as const

test('however edits, readings and looks at the feed meet, nothing that lacks an edit which is known passes for current', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('edit' as const), tags: fc.subarray([...TAGS], { minLength: 1 }) }),
    fc.record({ kind: fc.constant('look' as const) }),
    fc.record({ kind: fc.constant('begin' as const), tags: fc.subarray([...TAGS], { minLength: 1 }) }),
    fc.record({ kind: fc.constant('read' as const) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const clock = new TagClock()
      clock.apply(read(0, 0), 0)
      const feed: Record<string, number> = {}
      let head = 0
      const kept: { tags: string[]; asOf: ReturnType<typeof asOf>; seen: number | null }[] = []
      for (const one of steps) {
        if (one.kind === 'edit') {
          head += 1
          for (const tag of one.tags) feed[tag] = head
        }
        if (one.kind === 'look') {
          const since = clock.now.sequence
          const changed = Object.fromEntries(Object.entries(feed).filter(([, sequence]) => sequence > since))
          clock.apply(read(since, head, changed), 0)
        }
        // A reading takes its number when it begins, and sees what is committed when it reads.
        if (one.kind === 'begin') kept.push({ tags: one.tags, asOf: clock.now, seen: null })
        const [begun] = one.kind === 'read' ? kept.filter(({ seen }) => seen === null) : []
        if (begun) begun.seen = head
        for (const { tags, asOf: of, seen } of kept) {
          const lacks = tags.some((tag) => (feed[tag] ?? 0) > (seen ?? head) && (feed[tag] ?? 0) <= clock.now.sequence)
          if (lacks) expect(clock.isStale(tags, of)).toBe(true)
          if (tags.every((tag) => (feed[tag] ?? 0) <= of.sequence)) expect(clock.isStale(tags, of)).toBe(false)
        }
      }
    }),
  )
})

test('a number travels as a cache tag, and of several the least counts; numbers of two lives are of none', () => {
  expect(splitTags(['catalogue', asOfTag(asOf(7)), 'prices', asOfTag(asOf(5)), ''])).toEqual({
    tags: ['catalogue', 'prices'],
    asOf: asOf(5),
  })
  expect(splitTags([asOfTag(asOf(7)), asOfTag(asOf(9, 'e2'))]).asOf).toEqual(UNKNOWN)
  expect(splitTags([asOfTag(UNKNOWN)]).asOf).toEqual(UNKNOWN)
  expect(splitTags(['catalogue'])).toEqual({ tags: ['catalogue'], asOf: null })
})
