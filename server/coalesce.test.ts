import { expect, test } from 'vitest'
import { coalesce } from './coalesce.ts'

/** A call that stays under way until it is told to end. */
function held() {
  const batches: { items: readonly number[]; end(): void; fail(): void }[] = []
  const run = (items: readonly number[]) =>
    new Promise<number[]>((resolve, reject) => {
      batches.push({ items, end: () => resolve(items.map((item) => item * 10)), fail: () => reject(new Error('broken')) })
    })
  return { batches, run }
}

test('who comes while calls are on their way leaves together with the next, in order, and each gets its own answer', async () => {
  const { batches, run } = held()
  const call = coalesce(run, { most: 3, inFlight: 1 })
  const answers = Promise.all([1, 2, 3, 4, 5, 6].map((item) => call(item)))
  expect(batches.map(({ items }) => items)).toEqual([[1]])
  batches[0]?.end()
  await expect.poll(() => batches.length).toBe(2)
  expect(batches[1]?.items).toEqual([2, 3, 4])
  batches[1]?.end()
  await expect.poll(() => batches.length).toBe(3)
  batches[2]?.end()
  expect(await answers).toEqual([10, 20, 30, 40, 50, 60])
})

test('no more calls are on their way at once than allowed', async () => {
  const { batches, run } = held()
  const call = coalesce(run, { most: 1, inFlight: 2 })
  const answers = Promise.all([1, 2, 3].map((item) => call(item)))
  expect(batches).toHaveLength(2)
  for (const batch of batches) batch.end()
  await expect.poll(() => batches.length).toBe(3)
  batches[2]?.end()
  await answers
})

test('a call that fails fails its own batch and no other', async () => {
  const { batches, run } = held()
  const call = coalesce(run, { most: 2, inFlight: 1 })
  const [first, second, third] = [call(1), call(2), call(3)]
  batches[0]?.fail()
  await expect(first).rejects.toThrow('broken')
  await expect.poll(() => batches.length).toBe(2)
  batches[1]?.end()
  expect(await Promise.all([second, third])).toEqual([20, 30])
})
