import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '#/drill/engine/eventually.ts'
import { startTestStack, type TestStack } from '#/scripts/stack/test-stack.ts'
import { producingConnection } from '../redis/connect.ts'
import { Queues } from './enqueue.ts'

let stack: TestStack

beforeAll(async () => {
  stack = await startTestStack({ without: ['postgres', 'cache', 'gateway', 'mail'] })
})
afterAll(() => stack.stop())

test('a process that began while core was away adds jobs once core is there', async () => {
  await stack.core.kill()
  const connection = producingConnection(stack.core.url, 'test')
  const queues = new Queues(connection)
  const add = () => queues.add([{ name: 'order.advance', payload: { orderId: randomUUID(), version: 1 } }])
  await expect(add()).rejects.toThrow()
  await stack.core.start()
  await eventually('a job is added', async () => {
    await add()
    return true
  })
  await queues.close()
  connection.disconnect()
})
