import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { recordingShardOf } from '#/domain/sharding.ts'
import { eventually } from '#/drill/engine/eventually.ts'
import { TcpSwitch } from '#/drill/engine/tcp-switch.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import type { TestServer } from '#/scripts/stack/test-stack.ts'
import { takeInBatch } from '#/server/orders/run-intake.ts'
import { openShards } from '../inventory/open-shards.ts'
import { RedisStockCounters } from '../inventory/redis-stock-counters.ts'
import type { Placing } from '../inventory/stock-counters.ts'
import { Acknowledgements } from './acknowledgements.ts'
import { placeOrder } from './place-order.ts'
import type { Ports } from './ports.ts'
import { showOrder } from './show-order.ts'

let engine: TestEngine
let wire: TcpSwitch
let url: string
/** A web process that waits for both replicas, and one that waits for none; both reach core at an address that outlives its servers. */
let careful: Ports
let careless: Ports

beforeAll(async () => {
  engine = await startTestEngine({ core: 'replicated' })
  ;({ wire, url } = await TcpSwitch.to(engine.stack.core.url))
  careful = { ...engine, counters: new RedisStockCounters(engine.connectCore(url, { replicas: 2 })) }
  careless = { ...engine, counters: new RedisStockCounters(engine.connectCore(url)) }
})
afterEach(() => {
  for (const replica of engine.stack.core.replicas) signal(replica, 'SIGCONT')
})
afterAll(async () => {
  await engine.stop()
  wire.close()
})

const replica = (at: number) => engine.stack.core.replicas[at] as TestServer

function signal(server: TestServer, what: 'SIGSTOP' | 'SIGCONT'): void {
  const pid = server.pid()
  if (pid) process.kill(pid, what)
}

async function request({ checkoutId, order }: Placing) {
  return { checkoutId, agreed: order, paymentMethod: 'pm_card_visa' }
}

test('an order that is not on the replicas is not promised: we are checking, and asking again settles it as one order', async () => {
  const unit = await engine.sell()
  const wanted = await request(await engine.placing([[unit, 1]]))
  signal(replica(1), 'SIGSTOP')
  expect(await placeOrder(careful, wanted)).toEqual({ ok: false, code: 'CHECKING' })
  signal(replica(1), 'SIGCONT')
  const placed = await eventually('it is placed', async () => {
    const answer = await placeOrder(careful, wanted)
    return answer.ok && answer
  })
  expect(placed.value.orderId).toBe(wanted.checkoutId)
  expect(await engine.counters.available([unit])).toEqual({ ok: true, value: new Map([[unit, 9]]) })
  await engine.rest()
  expect(await engine.violations()).toEqual([])
})

test('what one shopper is refused needs no replica', async () => {
  const unit = await engine.sell({ stock: 1 })
  const [first, second] = [await engine.placing([[unit, 1]]), await engine.placing([[unit, 1]])]
  const checkoutId = idBeside(second.checkoutId)
  await eventually('the only unit is sold', async () => /PLACED|SEEN/.test((await careful.counters.place({ ...first, checkoutId })).code))
  signal(replica(0), 'SIGSTOP')
  expect((await careful.counters.place(second)).code).toBe('SOLD_OUT')
})

/** Of the shard where the other is recorded. */
function idBeside(checkoutId: string): string {
  for (;;) {
    const id = randomUUID()
    if (recordingShardOf(id) === recordingShardOf(checkoutId)) return id
  }
}

test('a promotion that lost acknowledged orders is noticed, counted and shown, and those that were kept are not', async () => {
  const unit = await engine.sell({ stock: 30, limit: 10 })
  const told = new Acknowledgements(careless)
  const place = async () => {
    const wanted = await request(await engine.placing([[unit, 1]]))
    expect((await placeOrder(careless, wanted)).ok).toBe(true)
    told.remember(wanted.checkoutId)
    return wanted
  }
  const recorded = await place()
  await takeInBatch(engine, recordingShardOf(recorded.checkoutId), 1)
  const kept = await place()
  await replicasHaveAll()
  await told.look()

  // From here on nothing reaches the replicas, and then the master is gone.
  for (const at of [0, 1]) await on(replica(at).url, (redis) => redis.replicaof('NO', 'ONE'))
  const lost = [await place(), await place(), await place()]
  await engine.stack.core.masters[0]?.kill()
  await engine.stack.core.promote(0)
  wire.turnTo(replica(0).url)

  await eventually('the loss is noticed', async () => {
    await told.look()
    return told.lost === lost.length
  })
  const ids = lost.map(({ checkoutId }) => checkoutId)
  expect((await engine.db.lostOrder.findMany()).map(({ orderId }) => orderId).sort()).toEqual([...ids].sort())
  expect(await engine.book.countLost(0)).toBe(3)
  for (const id of ids) expect(await showOrder(careless, id)).toEqual({ kind: 'lost' })
  for (const { checkoutId } of [kept, recorded]) expect(await showOrder(careless, checkoutId)).toMatchObject({ kind: 'order' })

  // Pressing again places it anew, and then it is not lost any more.
  const [again] = lost
  if (!again) throw new Error('nothing was lost')
  await eventually('core takes orders', async () => {
    await openShards(careless)
    return (await placeOrder(careless, again)).ok
  })
  expect(await showOrder(careless, again.checkoutId)).toMatchObject({ kind: 'order' })
  await eventually('it is recorded', async () => {
    await takeInBatch(careless, recordingShardOf(again.checkoutId), 1)
    return (await engine.book.findOrder(again.checkoutId)) !== null
  })
  expect(await engine.book.noteFound(engine.clock.now())).toBe(1)
  expect(await engine.book.countLost(0)).toBe(2)
  expect(await engine.book.isLost(again.checkoutId)).toBe(false)
})

async function replicasHaveAll(): Promise<void> {
  expect(await on(engine.stack.core.url, (redis) => redis.set('{inv:0}:mark', 1).then(() => redis.wait(2, 10_000)))).toBe(2)
}

async function on<T>(server: string, act: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(server)
  try {
    return await act(redis)
  } finally {
    redis.disconnect()
  }
}
