import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '#/drill/engine/eventually.ts'
import { SHARD } from '#/drill/engine/shelf.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { placeInLegs } from '../inventory/place-in-legs.ts'
import { shardKeys } from './keys.ts'

let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine.stop())

const LIMIT = 24 * 1024 * 1024

async function onMasters<T>(act: (redis: Redis) => Promise<T>): Promise<T[]> {
  return Promise.all(
    engine.stack.core.masters.map(async ({ url }) => {
      const redis = new Redis(url)
      try {
        return await act(redis)
      } finally {
        redis.disconnect()
      }
    }),
  )
}

/** Writes beside the store until this part of core's memory is used; all of it where Redis takes no more. */
async function fill(part: number): Promise<void> {
  const used = async () => Number(/used_memory:(\d+)/.exec((await onMasters((one) => one.info('memory'))).join())?.[1])
  while ((await used()) < part * LIMIT) {
    fillers += 1
    const filled = await engine.core.redis.set(`{inv:${SHARD}}:filler:${fillers}`, 'x'.repeat(100_000)).catch(() => null)
    if (filled === null) return
  }
}

let fillers = 0

test('core refuses placings well before its memory is full, and takes them again when there is room', async () => {
  // More than is placed until core's memory is looked at anew.
  const unit = await engine.sell({ stock: 5000 })
  await onMasters((redis) => redis.config('SET', 'maxmemory', String(LIMIT)))
  expect((await placeInLegs(engine.counters, await engine.placing([[unit, 1]]))).code).toBe('PLACED')
  await fill(0.9)
  const place = async (checkoutId?: string) => {
    const placing = await engine.placing([[unit, 1]])
    return (await placeInLegs(engine.counters, checkoutId ? { ...placing, checkoutId } : placing)).code
  }
  await eventually('it refuses', async () => (await place()) === 'NOT_READY')
  const checkoutId = randomUUID()
  expect(await place(checkoutId)).toBe('NOT_READY')
  expect(await engine.counters.findCheckout(checkoutId)).toEqual({ ok: true, value: null })
  await onMasters((redis) => redis.config('SET', 'maxmemory', '0'))
  await eventually('it takes orders', async () => (await place(checkoutId)) === 'PLACED')
  await engine.rest()
  expect(await engine.violations()).toEqual([])
})

test('with no memory left at all, what was placed is taken in, its movements are applied and its state is shown', async () => {
  const unit = await engine.sell()
  const placing = await engine.placing([[unit, 2]])
  expect((await placeInLegs(engine.counters, placing)).code).toBe('PLACED')
  await onMasters((redis) => redis.config('SET', 'maxmemory', String(LIMIT)))
  await fill(1)
  await onMasters((redis) => redis.config('SET', 'maxmemory', String(LIMIT / 4)))
  await expect(engine.core.redis.set(`{inv:${SHARD}}:more`, 'x')).rejects.toThrow('OOM')
  await engine.rest()
  const stored = await engine.counters.findCheckout(placing.checkoutId)
  expect(stored).toMatchObject({ ok: true, value: { view: { state: 'CONFIRMED' } } })
  expect(await engine.core.redis.xlen(shardKeys(SHARD).orders)).toBe(0)
  expect(await engine.violations()).toEqual([])
  await onMasters((redis) => redis.config('SET', 'maxmemory', '0'))
})
