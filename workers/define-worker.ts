import { UnrecoverableError, Worker } from 'bullmq'
import type { Cluster, Redis } from 'ioredis'
import { type JobName, type JobPayload, jobs, QUEUE_PREFIX, type QueueName } from '#/server/queues/jobs.ts'
import { log } from '#/server/telemetry/log.ts'

/** Throw it to try the job again later, within its budget of attempts. */
export class RetryLater extends Error {}

/** Throw it when trying again cannot help. */
export class PermanentError extends UnrecoverableError {}

type Handlers<Q extends QueueName> = {
  [N in JobName as (typeof jobs)[N]['queue'] extends Q ? N : never]: (payload: JobPayload<N>) => Promise<void>
}

/** Shorter than BullMQ's half minute: what a killed worker was at goes on within seconds. A job renews its lock while it runs. */
const LOCK_MS = 10_000
const STALLED_CHECK_MS = 5000
/** How long a worker waits before it looks for jobs again after core failed it. BullMQ's own 15 s leaves shoppers waiting. */
const RECONNECT_PAUSE_MS = 1000

/** Kinds of errors that a worker tells of at most; some carry ids in their text. */
const MOST_KINDS = 20

/** BullMQ repeats an error with every look: of each code, or text where there is none, the first is told until a job is done again. */
function tellOfErrors(worker: Worker, queue: QueueName): void {
  const told = new Set<string>()
  worker.on('completed', () => told.clear())
  worker.on('error', (error: Error & { code?: string | number }) => {
    const kind = String(error.code ?? error.message)
    if (told.has(kind) || told.size === MOST_KINDS) return
    told.add(kind)
    log.warn({ queue, kind, error: error.message }, 'worker error')
  })
}

/** Serves one queue. Returning means done, throwing means again, `PermanentError` means never. Payloads are parsed here once more. */
export function serveQueue<Q extends QueueName>(connection: Redis | Cluster, queue: Q, concurrency: number, handlers: Handlers<Q>): Worker {
  const worker = new Worker(
    queue,
    async (job) => {
      const name = job.name as JobName
      const handle = (handlers as Record<string, ((payload: unknown) => Promise<void>) | undefined>)[name]
      if (!handle) throw new PermanentError(`no handler for ${name}`)
      const payload = jobs[name].payload.safeParse(job.data)
      if (!payload.success) throw new PermanentError(`payload of ${name} does not parse`)
      await handle(payload.data)
    },
    {
      connection,
      prefix: QUEUE_PREFIX,
      concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_CHECK_MS,
      maxStalledCount: 10,
      runRetryDelay: RECONNECT_PAUSE_MS,
    },
  )
  tellOfErrors(worker, queue)
  worker.on('failed', (job, error) => {
    const last = job === undefined || error instanceof UnrecoverableError || job.attemptsMade >= (job.opts.attempts ?? 1)
    const level = error instanceof RetryLater ? 'info' : 'error'
    log[last ? 'error' : level]({ job: job?.name, id: job?.id, attempt: job?.attemptsMade, last, reason: error.message }, 'job failed')
  })
  return worker
}
