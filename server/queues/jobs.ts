import type { JobsOptions } from 'bullmq'
import { z } from 'zod'
import { isImageId } from '#/domain/image-variants.ts'

/** Attempts with doubling pauses and as much jitter again; what is left after them is upkeep's, which never gives up. */
const RETRY: JobsOptions = { attempts: 8, backoff: { type: 'exponential', delay: 250, jitter: 0.5 } }

/** A finished job leaves nothing behind: a kept id would make a later repair under it a silent no-op. */
const FORGET: JobsOptions = { removeOnComplete: true, removeOnFail: true }

const orderId = z.uuid()

/** A mail of an order, or of one of its parcels or refunds, whose id follows. */
export const mailKind = z.union([
  z.enum(['receipt', 'rejected', 'cancelled']),
  z.templateLiteral([z.enum(['shipped', 'refunded']), '/', z.uuid()]),
])

/** When pages are made ready for sales: some minutes before they begin, and once they have. */
export const saleMoment = z.enum(['before', 'begun'])

/**
 * Every job there is: its queue, its payload, its identity and its retries. Payloads carry ids only, never content: content is read fresh,
 * so that a job that ran late or twice acts on what is true then. Parsed by the sender and by the worker.
 */
export const jobs = {
  'order.advance': {
    queue: 'orders',
    payload: z.object({ orderId, version: z.int() }),
    /** By version, so that a step that follows at once is not taken for the one that is just finishing. */
    id: (payload: { orderId: string; version: number }) => `advance.${payload.orderId}.${payload.version}`,
    options: { ...RETRY, ...FORGET },
  },
  'refund.advance': {
    queue: 'orders',
    payload: z.object({ refundId: z.uuid() }),
    id: (payload: { refundId: string }) => `refund.${payload.refundId}`,
    options: { ...RETRY, ...FORGET },
  },
  'mail.send': {
    queue: 'notifications',
    payload: z.object({ orderId, kind: mailKind }),
    id: (payload: { orderId: string; kind: string }) => `mail.${payload.orderId}.${payload.kind}`,
    options: { ...RETRY, attempts: 20, ...FORGET },
  },
  'media.encode': {
    queue: 'media',
    payload: z.object({ imageId: z.string().refine(isImageId), file: z.string().max(200) }),
    id: (payload: { imageId: string }) => `encode.${payload.imageId}`,
    options: { ...RETRY, attempts: 3, ...FORGET },
  },
  'pages.prewarm': {
    queue: 'pages',
    /** The sales that begin at one moment. By that moment, so that one that is moved is another job, and the old one finds nothing to do. */
    payload: z.object({ startsAtMs: z.int(), moment: saleMoment }),
    id: (payload: { startsAtMs: number; moment: string }) => `prewarm.${payload.moment}.${payload.startsAtMs}`,
    /** Whoever does not answer is being started, or in trouble: later is better than often, and after ten minutes it is of no use any more. */
    options: { ...FORGET, attempts: 7, backoff: { type: 'exponential', delay: 10_000, jitter: 0.5 } },
  },
} as const

export type JobName = keyof typeof jobs
export type JobPayload<N extends JobName> = z.infer<(typeof jobs)[N]['payload']>
export type QueueName = (typeof jobs)[JobName]['queue']

/** Every queue's keys share this hash tag, which a cluster needs. */
export const QUEUE_PREFIX = '{saleday}'
