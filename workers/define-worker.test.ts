import { randomUUID } from 'node:crypto'
import { Queue, type Worker } from 'bullmq'
import { type Cluster, Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { eventually } from '#/drill/engine/eventually.ts'
import { startTestStack, type TestStack } from '#/scripts/stack/test-stack.ts'
import { type NewJob, Queues } from '#/server/queues/enqueue.ts'
import { jobs, QUEUE_PREFIX } from '#/server/queues/jobs.ts'
import { producingConnection, waitingConnection } from '#/server/redis/connect.ts'
import { log } from '#/server/telemetry/log.ts'
import { PermanentError, RetryLater, serveQueue } from './define-worker.ts'

let stack: TestStack
let producing: Redis | Cluster
let queues: Queues
let orders: Queue
const open: { worker: Worker; connection: Redis | Cluster }[] = []

beforeAll(async () => {
  stack = await startTestStack({ without: ['postgres', 'cache', 'gateway', 'mail'] })
  producing = producingConnection(stack.core.url, 'test')
  queues = new Queues(producing)
  orders = new Queue('orders', { connection: producing, prefix: QUEUE_PREFIX })
})
afterEach(async () => {
  for (const { worker, connection } of open.splice(0)) {
    await worker.close()
    connection.disconnect()
  }
})
afterAll(async () => {
  await queues.close()
  await orders.close()
  producing.disconnect()
  await stack.stop()
})

function serve(handle: (payload: { orderId: string; version: number }) => Promise<void>): Worker {
  const connection = waitingConnection(stack.core.url, 'test-jobs')
  const worker = serveQueue(connection, 'orders', 5, { 'order.advance': handle, 'refund.advance': async () => {} })
  open.push({ worker, connection })
  return worker
}

async function setMemory(maxmemory: string): Promise<void> {
  for (const { url } of stack.core.masters) {
    const redis = new Redis(url)
    await redis.config('SET', 'maxmemory', maxmemory)
    redis.disconnect()
  }
}

const advance = (orderId: string, version = 1): NewJob => ({ name: 'order.advance', payload: { orderId, version } })
const unfinished = async () => {
  const counts = await orders.getJobCounts('active', 'waiting', 'delayed', 'failed', 'completed')
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

test('a job that is added while it is waiting runs once; each version of an order is a job of its own', async () => {
  const [one, other] = [randomUUID(), randomUUID()]
  await Promise.all(Array.from({ length: 10 }, () => queues.add([advance(one), advance(one, 2), advance(other)])))
  const ran: string[] = []
  serve(async ({ orderId, version }) => void ran.push(`${orderId}/${version}`))
  await eventually('all have run', async () => (await unfinished()) === 0)
  expect(ran.sort()).toEqual([`${one}/1`, `${one}/2`, `${other}/1`].sort())
})

test.each([
  ['finished', async () => {}],
  [
    'failed for good',
    async () => {
      throw new PermanentError('no')
    },
  ],
] as const)('a job that %s leaves nothing behind, so that a repair under the same id runs', async (_, handle) => {
  const orderId = randomUUID()
  let runs = 0
  serve(async () => {
    runs += 1
    await handle()
  })
  for (let repair = 1; repair <= 3; repair += 1) {
    await queues.add([advance(orderId)])
    await eventually('it has run', async () => runs === repair && (await unfinished()) === 0)
  }
})

test('a job that asks for another try gets it, and one that says never does not', async () => {
  const [later, never] = [randomUUID(), randomUUID()]
  const runs = new Map<string, number>()
  serve(async ({ orderId }) => {
    const run = (runs.get(orderId) ?? 0) + 1
    runs.set(orderId, run)
    if (orderId === never) throw new PermanentError('never')
    if (run < 3) throw new RetryLater('not yet')
  })
  await queues.add([advance(later), advance(never)])
  await eventually('both have ended', async () => runs.size === 2 && (await unfinished()) === 0)
  expect(Object.fromEntries(runs)).toEqual({ [later]: 3, [never]: 1 })
})

test('payloads are parsed by the sender, and by the worker once more', async () => {
  await expect(queues.add([advance('not-an-order')])).rejects.toThrow()
  const handled: string[] = []
  const worker = serve(async ({ orderId }) => void handled.push(orderId))
  const failures: string[] = []
  worker.on('failed', (_, error) => failures.push(error.message))
  const { options } = jobs['order.advance']
  await orders.add('order.advance', { orderId: "'; --" }, options)
  await orders.add('order.unheard-of', {}, options)
  await eventually('both were refused', async () => failures.length === 2 && (await unfinished()) === 0)
  expect(handled).toEqual([])
})

test('a worker that core refuses says so, once a kind and not with every look', async () => {
  const warned = vi.spyOn(log, 'warn')
  const lines = () => warned.mock.calls.filter(([, message]) => (message as string | undefined)?.startsWith('worker error'))
  try {
    const handled: string[] = []
    let errors = 0
    await queues.add([advance(randomUUID())])
    await setMemory('1')
    serve(async ({ orderId }) => void handled.push(orderId)).on('error', () => {
      errors += 1
    })
    await eventually('it was refused again and again', async () => errors > lines().length + 2)
    // Looks for jobs and for stalled ones are refused in words of their own.
    const told = lines().map(([fields]) => fields as unknown as { queue: string; kind: string; error: string })
    for (const { queue, error } of told) expect([queue, error]).toEqual(['orders', expect.stringContaining('OOM')])
    expect(told).not.toEqual([])
    expect(new Set(told.map(({ kind }) => kind)).size).toBe(told.length)
    await setMemory('0')
    await eventually('it works again', async () => handled.length === 1)
  } finally {
    await setMemory('0')
    warned.mockRestore()
  }
})

test('workers carry on by themselves after core was killed', async () => {
  const orderIds = Array.from({ length: 10 }, () => randomUUID())
  const ran = new Set<string>()
  serve(async ({ orderId }) => void ran.add(orderId))
  await queues.add(orderIds.slice(0, 5).map((orderId) => advance(orderId)))
  await stack.core.kill()
  await stack.core.start()
  await eventually('core takes jobs again', async () => {
    await queues.add(orderIds.slice(5).map((orderId) => advance(orderId)))
    return true
  })
  // One that was handed out as core died is found again once its lock is over.
  await eventually('all have run', async () => ran.size === 10, 45_000)
})
