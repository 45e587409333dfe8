import { Queue } from 'bullmq'
import type { Cluster, Redis } from 'ioredis'
import { type JobName, type JobPayload, jobs, QUEUE_PREFIX, type QueueName } from './jobs.ts'

export type NewJob = { [N in JobName]: { readonly name: N; readonly payload: JobPayload<N> } }[JobName]

/** The producing side of all queues. */
export class Queues {
  readonly #queues: Record<QueueName, Queue>

  constructor(connection: Redis | Cluster) {
    // BullMQ keeps the outcome of its first look at the server for ever: one that failed would fail whatever is added until the process ends.
    const noFirstLook = { skipWaitingForReady: true, skipVersionCheck: true }
    const open = (name: QueueName) => new Queue(name, { connection, prefix: QUEUE_PREFIX, ...noFirstLook })
    this.#queues = { orders: open('orders'), notifications: open('notifications'), media: open('media'), pages: open('pages') }
    for (const queue of Object.values(this.#queues)) queue.on('error', () => {}) // the connection's own watcher speaks of it
  }

  /** Adds jobs of any kind; one whose id is waiting or running already is left as it is. Throws when core does not take them. */
  async add(added: readonly NewJob[]): Promise<void> {
    const byQueue = Map.groupBy(added, (job) => jobs[job.name].queue)
    for (const [queue, batch] of byQueue) await this.#queues[queue].addBulk(batch.map(toBulkJob))
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#queues).map((queue) => queue.close()))
  }
}

function toBulkJob({ name, payload }: NewJob) {
  const { payload: schema, id, options } = jobs[name]
  return { name, data: schema.parse(payload), opts: { ...options, jobId: (id as (payload: NewJob['payload']) => string)(payload) } }
}
