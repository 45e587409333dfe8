import { z } from 'zod'
import type { Result } from '#/domain/result.ts'
import { ALL_SHARDS, type Shard, shardOf } from '#/domain/sharding.ts'
import { type Sku, sku } from '#/domain/sku.ts'
import type { NewJob } from '../queues/enqueue.ts'
import { mailKind } from '../queues/jobs.ts'
import { log } from '../telemetry/log.ts'
import type { OutboxMessage } from './order-book.ts'
import type { Ports } from './ports.ts'

/** Movements read at a time while a SKU catches up. */
const MOVEMENTS_PAGE = 500

/** A hand-over that failed: the messages stay and are tried again. */
export class NotDelivered extends Error {}

type Engine = Pick<Ports, 'counters' | 'book'>

/** Brings core up to what Postgres committed: movements in order, offers, states of orders. Throws `NotDelivered` while core is away. */
export async function deliverToCore(engine: Engine, messages: readonly OutboxMessage[]): Promise<void> {
  const subjects = (topic: OutboxMessage['topic']) => [...new Set(messages.filter((m) => m.topic === topic).map((m) => m.subject))]
  await catchUpStock(engine, subjects('stock.moved').map(sku))
  const offers = subjects('offer.changed').map(sku)
  if (offers.length > 0) for (const offer of await engine.book.currentOffers(offers)) insist(await engine.counters.putOffer(offer))
  const codes = subjects('code.changed')
  if (codes.length > 0) for (const code of await engine.book.currentDiscounts(codes)) insist(await engine.counters.putDiscount(code))
  const orders = subjects('order.changed')
  if (orders.length === 0) return
  const views = await engine.book.views(orders)
  const mirrored = await Promise.all([...views].map(([orderId, view]) => engine.counters.mirrorOrder(orderId, view)))
  for (const result of mirrored) insist(result)
}

/** Replays the movements that core has not seen. A core that is ahead of Postgres is fenced; upkeep rebuilds it. */
export async function catchUpStock({ counters, book }: Engine, skus: readonly Sku[]): Promise<void> {
  if (skus.length === 0) return
  const epochs = new Map<Shard, string | null>()
  for (const shard of ALL_SHARDS) epochs.set(shard, await book.epochOf(shard))
  const applied = insist(await counters.appliedVersions(skus))
  const versions = await book.versionsOf(skus)
  const gaps: string[] = []
  for (const [unit, version] of versions) {
    const shard = shardOf(unit)
    const epoch = epochs.get(shard)
    let reached = applied.get(unit) ?? 0
    if (reached > version) {
      log.error({ sku: unit, core: reached, postgres: version }, 'core is ahead of Postgres: the shard is fenced')
      insist(await counters.fence(shard))
    }
    if (!epoch || reached > version) throw new NotDelivered(`shard ${shard} is fenced`)
    while (reached < version) {
      const movements = await book.movementsAfter(unit, reached, MOVEMENTS_PAGE)
      const [next] = movements
      if (next?.version !== reached + 1) {
        gaps.push(`${unit} after ${reached}`)
        break
      }
      reached = insist(await counters.applyMovements(unit, epoch, movements))
    }
  }
  if (gaps.length > 0) throw new Error(`movements have a gap: ${gaps.join(', ')}`)
}

function insist<T>(result: Result<T>): T {
  if (!result.ok) throw new NotDelivered(result.code)
  return result.value
}

const advanceSubject = z.tuple([z.uuid(), z.coerce.number().pipe(z.int())])
const mailSubject = z.tuple([z.uuid(), mailKind])

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
    default:
      throw new Error(`no job stands for ${topic}`)
  }
}
