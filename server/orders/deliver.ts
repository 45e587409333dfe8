import { z } from 'zod'
import type { CounterKey } from '#/domain/counter.ts'
import type { Result } from '#/domain/result.ts'
import { sku } from '#/domain/sku.ts'
import type { NewJob } from '../queues/enqueue.ts'
import { mailKind, saleMoment } from '../queues/jobs.ts'
import { catchUpCounters } from './catch-up-counters.ts'
import type { OutboxMessage } from './order-book.ts'
import type { Ports } from './ports.ts'

type Engine = Pick<Ports, 'counters' | 'book'>

/**
 * Brings core up to what Postgres committed: movements in order, offers, codes, states of orders. Returns the messages that could not be
 * delivered because their part of core is away or fenced.
 */
export async function deliverToCore(engine: Engine, messages: readonly OutboxMessage[]): Promise<OutboxMessage[]> {
  const { counters, book } = engine
  const subjects = (...topics: OutboxMessage['topic'][]) => [
    ...new Set(messages.filter((message) => topics.includes(message.topic)).map((message) => message.subject)),
  ]
  const left = new Set<string>(await catchUpCounters(engine, subjects('stock.moved', 'allowance.moved') as CounterKey[]))
  const [offers, codes, orders] = [subjects('offer.changed').map(sku), subjects('code.changed'), subjects('order.changed')]
  const puts = [
    ...(offers.length > 0 ? await book.currentOffers(offers) : []).map((offer) => keep(offer.sku, counters.putOffer(offer))),
    ...(codes.length > 0 ? await book.currentDiscounts(codes) : []).map((code) => keep(code.code, counters.putDiscount(code))),
    ...(orders.length > 0 ? [...(await book.views(orders))] : []).map(([id, view]) => keep(id, counters.mirrorOrder(id, view))),
  ]
  await Promise.all(puts)
  return messages.filter((message) => left.has(message.subject))

  async function keep(subject: string, put: Promise<Result<void>>): Promise<void> {
    if (!(await put).ok) left.add(subject)
  }
}

const advanceSubject = z.tuple([z.uuid(), z.coerce.number().pipe(z.int())])
const mailSubject = z.tuple([z.uuid(), mailKind])
const warmSubject = z.tuple([saleMoment, z.coerce.number().pipe(z.int())])

/** The job that a message of the queues' lane stands for. */
export function toJob({ topic, subject }: OutboxMessage): NewJob {
  switch (topic) {
    case 'order.advance': {
      const [orderId, version] = advanceSubject.parse(subject.split('/'))
      return { name: 'order.advance', payload: { orderId, version } }
    }
    case 'refund.advance':
      return { name: 'refund.advance', payload: { refundId: z.uuid().parse(subject) } }
    case 'mail.send': {
      const [id, ...rest] = subject.split('/')
      const [orderId, kind] = mailSubject.parse([id, rest.join('/')])
      return { name: 'mail.send', payload: { orderId, kind } }
    }
    case 'pages.prewarm': {
      const [moment, startsAtMs] = warmSubject.parse(subject.split('/'))
      return { name: 'pages.prewarm', payload: { moment, startsAtMs } }
    }
    default:
      throw new Error(`no job stands for ${topic}`)
  }
}
