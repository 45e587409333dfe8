import { afterAll, beforeAll, expect, test } from 'vitest'
import { CountingWire } from '#/drill/engine/counting-wire.ts'
import { SHARD } from '#/drill/engine/shelf.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { advanceOrder } from '#/server/orders/advance-order.ts'
import { deliverToCore, toJob } from '#/server/orders/deliver.ts'
import { TOPIC_LANES } from '#/server/orders/order-book.ts'
import { postgresOrderBook } from '#/server/orders/postgres-order-book.ts'
import { takeInBatch } from '#/server/orders/run-intake.ts'
import type { NewJob } from '#/server/queues/enqueue.ts'
import { sendMail } from './notifications.ts'

/** Jobs that a worker process has at work at once, as in workers/main.ts. */
const CONCURRENCY = { 'order.advance': 20, 'mail.send': 5 } as const
const ORDERS = 200

let engine: TestEngine
let wire: CountingWire
let counted: TestEngine
/** Hands that carry out payments, and those of them that have their gateway's answer and wait for the others. */
let atWork = 0
const answered: (() => void)[] = []

beforeAll(async () => {
  engine = await startTestEngine()
  Object.assign(process.env, engine.stack.env)
  const tapped = await CountingWire.to(engine.stack.postgres.url)
  wire = tapped.wire
  const { createIntent, confirm } = engine.gateway
  const gateway = { ...engine.gateway, createIntent: inStep(createIntent), confirm: inStep(confirm) }
  counted = { ...engine, gateway, book: postgresOrderBook(engine.connectDb(tapped.url, 20)) }
})
afterAll(async () => {
  wire.close()
  await engine.stop()
})

/** Answers whoever is at work at one time: what orders share is counted here, not how fast a gateway is beside a database. */
function inStep<A extends unknown[], R>(ask: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
  return async (...args) => {
    const answer = await ask(...args)
    await new Promise<void>((resolve) => {
      answered.push(resolve)
      goOn()
    })
    return answer
  }
}

function goOn(): void {
  if (answered.length < atWork) return
  for (const resolve of answered.splice(0)) resolve()
}

async function receive(orders: number): Promise<void> {
  const unit = await engine.sell({ stock: orders })
  for (let n = 0; n < orders; n += 1) await engine.counters.place(await engine.placing([[unit, 1]]))
}

/** Carries jobs and messages out as one worker process would, until none is left. */
async function work(): Promise<void> {
  const mailer = { send: async () => {}, close: () => {} }
  const send = sendMail(counted, mailer)
  for (;;) {
    const jobs: NewJob[] = []
    await counted.book.relay(TOPIC_LANES.queues, 500, async (messages) => {
      jobs.push(...messages.map(toJob))
      return []
    })
    const core = [...TOPIC_LANES.stock, ...TOPIC_LANES.orders]
    const delivered = await counted.book.relay(core, 500, (messages) => deliverToCore(counted, messages))
    if (jobs.length + delivered === 0) return
    for (const name of ['order.advance', 'mail.send'] as const) {
      const waiting = jobs.filter((job) => job.name === name)
      const hands = Array.from({ length: CONCURRENCY[name] }, async () => {
        atWork += 1
        for (let job = waiting.shift(); job; job = waiting.shift()) {
          if (job.name === 'order.advance') await advanceOrder(counted, job.payload.orderId)
          if (job.name === 'mail.send') await send(job.payload)
        }
        atWork -= 1
        goOn()
      })
      await Promise.all(hands)
    }
  }
}

test('an order costs four statements at most from intake to its receipt, when there are many', async () => {
  await receive(ORDERS)
  const before = wire.statements
  await takeInBatch(counted, SHARD, 1)
  const takenIn = wire.statements - before
  await work()
  const each = (wire.statements - before) / ORDERS
  expect(await engine.db.order.count({ where: { state: 'CONFIRMED' } })).toBe(ORDERS)
  expect(await engine.db.sentMail.count({ where: { kind: 'receipt' } })).toBe(ORDERS)
  expect(takenIn / ORDERS).toBeLessThan(0.5)
  expect(each).toBeLessThanOrEqual(4)
})

test('one order alone costs one statement a step: pay, bind, confirm, read for the mail, note that it left', async () => {
  await receive(1)
  await takeInBatch(counted, SHARD, 1)
  const [advance] = await engine.db.outboxMessage.findMany({ where: { topic: 'order.advance' } })
  const [orderId = ''] = advance?.subject.split('/') ?? []
  const before = wire.statements
  await advanceOrder(counted, orderId)
  expect(wire.statements - before).toBe(3)
  const send = sendMail(counted, { send: async () => {}, close: () => {} })
  await send({ orderId, kind: 'receipt' })
  expect(wire.statements - before).toBe(5)
})
