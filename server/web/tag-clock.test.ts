import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { TagClock } from '../cache/tag-clock.ts'
import { asOfNow, ofOneNumber, setTagClock } from './tag-clock.ts'

test('what is read for a request is of the number at its beginning, however much is told meanwhile', async () => {
  const clock = new TagClock()
  setTagClock(clock)
  const tell = (head: number) => clock.apply({ epoch: 'e1', since: 0, head, changed: new Map() }, performance.now())
  tell(1)
  const { promise: told, resolve } = Promise.withResolvers<void>()
  const request = ofOneNumber(async () => {
    const first = asOfNow().sequence
    await told
    await setImmediate()
    return [first, asOfNow().sequence]
  })
  tell(2)
  resolve()
  expect(await request).toEqual([1, 1])
  expect(ofOneNumber(() => asOfNow().sequence)).toBe(2)
  expect(asOfNow().sequence).toBe(2)
})
