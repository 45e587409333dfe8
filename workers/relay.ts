import { deliverToCore, toJob } from '#/server/orders/deliver.ts'
import { type Deliver, type Lane, TOPIC_LANES } from '#/server/orders/order-book.ts'
import type { Ports } from '#/server/orders/ports.ts'
import type { Queues } from '#/server/queues/enqueue.ts'
import { type Loop, runLoop } from '#/server/run-loop.ts'

/** Messages a transaction hands over at most. */
const BATCH = 500

/** How soon a message is found that another process wrote; this process wakes its relay itself. */
const POLL_MS = 250

/** Between two hand-overs: a message alone is not worth a transaction of its own, and nobody notices this long. */
const REST_MS = 15

/** One loop a lane, so that queues that are away never hold up stock, nor a fenced shard what order pages show. */
export function runRelay(ports: Pick<Ports, 'counters' | 'book'>, queues: Queues): Record<Lane, Loop> {
  const deliver: Record<Lane, Deliver> = {
    stock: (messages) => deliverToCore(ports, messages),
    offers: (messages) => deliverToCore(ports, messages),
    orders: (messages) => deliverToCore(ports, messages),
    queues: async (messages) => {
      await queues.add(messages.map(toJob))
      return []
    },
  }
  const lane = (name: Lane) =>
    runLoop(
      `relay-${name}`,
      POLL_MS,
      async () => {
        const relayed = await ports.book.relay(TOPIC_LANES[name], BATCH, deliver[name])
        return relayed < BATCH ? 'idle' : 'busy'
      },
      REST_MS,
    )
  return { stock: lane('stock'), offers: lane('offers'), orders: lane('orders'), queues: lane('queues') }
}
