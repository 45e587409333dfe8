import { z } from 'zod'
import { fail, ok, type Result } from '#/domain/result.ts'
import { ALL_SHARDS, recordingShardOf, type Shard } from '#/domain/sharding.ts'
import { coalesce } from '../coalesce.ts'
import { placedOrderSchema } from '../orders/placed-order.ts'
import type { Core, CoreFailure, CoreFull, NotReplicated } from '../redis/core.ts'
import { codeKey, counterKeys, shardKeys, skuKeys } from '../redis/keys.ts'
import { scripts } from '../redis/scripts.ts'
import { legEntry, readLeg } from './leg-entry.ts'
import { legOf, partsOf } from './parts.ts'
import { parseClaimReply, parsePlaceReply } from './place-reply.ts'
import { SoldOutMemory } from './sold-out-memory.ts'
import type { Attempt, ClaimAnswer, Leg, LegAnswer, Part, PlaceAnswer, Placing, StockCounters } from './stock-counters.ts'

/** How long core remembers a checkout; Postgres does so for ever. */
export const CHECKOUT_KEEP_SECONDS = 7 * 24 * 3600

/** Records that may wait for intake on one shard before placing is refused: minutes of the fastest sale. */
export const MAX_INTAKE_BACKLOG = 200_000

/** Placings that share a script call, and calls of one shard under way at once: where one process was fastest (docs/decisions/0012). */
const MOST_PER_CALL = 64
const CALLS_IN_FLIGHT = 2

/** Placings of one process that wait for core at most: about a second of the fastest sale. */
export const MOST_WAITING = 20_000

/** Longer than any attempt: a claim that came to nothing is forgotten. */
const CLAIM_KEEP_SECONDS = 60

type Mode = 'whole' | 'last' | 'leg'
type Item = { readonly mode: Mode; readonly placing: Placing; readonly part: Part }
type Reply = Result<unknown, CoreFailure | CoreFull | NotReplicated>

/** The placing half of the port to core. See stock-counters.ts for the promises and place.lua for the layout of a call. */
export class RedisPlacing implements Pick<StockCounters, 'place' | 'claim' | 'takeLeg' | 'voidAttempt' | 'endLeg' | 'overdueLegs'> {
  readonly #core: Core
  readonly #keepSeconds: number
  readonly #maxBacklog: number
  readonly #mostWaiting: number
  readonly #call: ReadonlyMap<Shard, (item: Item) => Promise<Reply>>
  readonly #soldOut = new SoldOutMemory()
  #waiting = 0

  constructor(core: Core, { keepSeconds = CHECKOUT_KEEP_SECONDS, maxBacklog = MAX_INTAKE_BACKLOG, mostWaiting = MOST_WAITING } = {}) {
    this.#core = core
    this.#mostWaiting = mostWaiting
    this.#keepSeconds = keepSeconds
    this.#maxBacklog = maxBacklog
    const bounds = { most: MOST_PER_CALL, inFlight: CALLS_IN_FLIGHT }
    this.#call = new Map(ALL_SHARDS.map((shard) => [shard, coalesce((items) => this.#placeBatch(shard, items), bounds)]))
  }

  async place(placing: Placing): Promise<PlaceAnswer> {
    const skus = placing.order.lines.map((line) => line.sku)
    if (new Set(skus).size !== skus.length) throw new Error('a placing names each SKU once')
    const { recording: part, legs } = partsOf(placing)
    const short = legs.length === 0 && this.#soldOut.shortOf(part.lines)
    if (short && (await this.#isUnknown(placing.checkoutId))) return { code: 'SOLD_OUT', short }
    const reply = await this.#send({ mode: legs.length === 0 ? 'whole' : 'last', placing, part })
    if (!reply.ok && reply.code !== 'NOT_REPLICATED') return toUnanswered(reply)
    const answer = parsePlaceReply(reply.ok ? reply.value : reply.reply, part)
    if (answer.code === 'SOLD_OUT') this.#soldOut.remember(answer.short)
    // What is taken is not promised before it is on the replicas; what is refused may be said.
    return !reply.ok && isPromise(answer) ? { code: 'UNKNOWN' } : answer
  }

  async takeLeg(placing: Placing, part: Part): Promise<LegAnswer> {
    const deadlineMs = await this.#deadlineAt(part.shard, placing)
    if (!deadlineMs.ok) return toUnanswered(deadlineMs)
    const reply = await this.#send({ mode: 'leg', placing: { ...placing, deadlineMs: deadlineMs.value }, part })
    if (!reply.ok && reply.code !== 'NOT_REPLICATED') return toUnanswered(reply)
    // The record is what has to be durable: without it the leg is found and given back, or Postgres refuses what it took too much.
    const answer = parsePlaceReply(reply.ok ? reply.value : reply.reply, part)
    switch (answer.code) {
      case 'SEEN':
      case 'CHECKOUT_CHANGED':
      case 'BUSY':
      case 'VOIDED':
      case 'BACKLOG_FULL':
        throw new Error(`place.lua answered ${answer.code} to a leg`)
      default:
        return answer
    }
  }

  async claim({ checkoutId, reservationId, fingerprint, deadlineMs }: Placing): Promise<ClaimAnswer> {
    const { epoch, checkout } = shardKeys(recordingShardOf(checkoutId))
    const args = [reservationId, fingerprint, deadlineMs, CLAIM_KEEP_SECONDS]
    const reply = await this.#core.runDurably(scripts.claimCheckout, [epoch, checkout(checkoutId)], args)
    if (!reply.ok && reply.code !== 'NOT_REPLICATED') return toUnanswered(reply)
    const answer = parseClaimReply(reply.ok ? reply.value : reply.reply)
    return !reply.ok && isPromise(answer) ? { code: 'UNKNOWN' } : answer
  }

  async voidAttempt({ checkoutId, reservationId }: Attempt): Promise<Result<'VOIDED' | 'RECORDED', CoreFailure>> {
    const key = shardKeys(recordingShardOf(checkoutId)).checkout(checkoutId)
    const reply = await this.#core.run(scripts.voidAttempt, [key], [reservationId])
    return reply.ok ? ok(z.enum(['VOIDED', 'RECORDED']).parse(reply.value)) : reply
  }

  async endLeg(leg: Leg, giveBack: boolean): Promise<Result<void, CoreFailure>> {
    const keys = [shardKeys(leg.shard).legs]
    for (const key of leg.counters) {
      const { count, held } = counterKeys(key)
      keys.push(count, held)
    }
    const reply = await this.#core.run(scripts.releaseLeg, keys, [legEntry(leg), leg.reservationId, giveBack ? 1 : 0])
    return reply.ok ? ok(undefined) : reply
  }

  async overdueLegs(shard: Shard, limit: number): Promise<Result<Leg[], CoreFailure>> {
    const { legs } = shardKeys(shard)
    const now = await this.#core.now(legs)
    if (!now.ok) return now
    const read = await this.#core.call(legs, (redis) => redis.zrangebyscore(legs, '-inf', now.value, 'LIMIT', 0, limit))
    return read.ok ? ok(read.value.flatMap((entry) => readLeg(shard, entry))) : read
  }

  /** Refuses what would wait too long: a core that hangs must not gather shoppers for minutes. */
  async #send(item: Item): Promise<Reply> {
    const call = this.#call.get(item.part.shard)
    if (!call) throw new Error(`no shard ${item.part.shard}`)
    if (this.#waiting >= this.#mostWaiting) return fail('CORE_UNREACHED')
    this.#waiting += 1
    try {
      return await call(item)
    } finally {
      this.#waiting -= 1
    }
  }

  async #placeBatch(shard: Shard, items: readonly Item[]): Promise<Reply[]> {
    const { epoch, orders, legs } = shardKeys(shard)
    const keys = [epoch, orders, legs]
    const args: (string | number)[] = [items.length, this.#keepSeconds, this.#maxBacklog]
    for (const item of items) append(item, keys, args)
    const reply = await this.#core.runDurably(scripts.place, keys, args)
    if (!reply.ok && reply.code !== 'NOT_REPLICATED') return items.map(() => reply)
    const answers = z.array(z.unknown()).length(items.length)
    return reply.ok ? answers.parse(reply.value).map(ok) : answers.parse(reply.reply).map((own) => ({ ...reply, reply: own }))
  }

  /** A placing's deadline by the clock of another shard than the one that records it: they may be on different nodes. */
  async #deadlineAt(shard: Shard, { checkoutId, deadlineMs }: Placing): Promise<Result<number, CoreFailure>> {
    const [there, recording] = await Promise.all(
      [shard, recordingShardOf(checkoutId)].map((one) => this.#core.now(shardKeys(one).epoch)) as [Now, Now],
    )
    if (!there.ok) return there
    return recording.ok ? ok(deadlineMs + Math.round(there.value - recording.value)) : recording
  }

  /** Whether core has never heard of a checkout; what cannot be asked is not. */
  async #isUnknown(checkoutId: string): Promise<boolean> {
    const key = shardKeys(recordingShardOf(checkoutId)).checkout(checkoutId)
    const known = await this.#core.call(key, (redis) => redis.exists(key))
    return known.ok && known.value === 0
  }
}

type Now = ReturnType<Core['now']>

/** Whether it must be durable before it may be said. */
function isPromise({ code }: { readonly code: string }): boolean {
  return code === 'PLACED' || code === 'SEEN'
}

function toUnanswered({ code }: { readonly code: string }): { code: 'UNKNOWN' | 'NOT_READY' } {
  return { code: code === 'CORE_UNKNOWN' ? 'UNKNOWN' : 'NOT_READY' }
}

/** One placing, in the order in which place.lua reads it. */
function append({ mode, placing, part }: Item, keys: string[], args: (string | number)[]): void {
  const { checkoutId, reservationId, fingerprint, deadlineMs, order } = placing
  keys.push(shardKeys(part.shard).checkout(checkoutId))
  const record = mode === 'leg' ? legEntry(legOf(placing, part)) : JSON.stringify(placedOrderSchema.parse(order))
  args.push(mode, checkoutId, reservationId, fingerprint, deadlineMs, record)
  args.push(part.lines.length, part.allowances.length, part.hasCode ? 1 : 0)
  for (const line of part.lines) {
    const { stock, held, offer } = skuKeys(line.sku)
    keys.push(stock, held, offer)
    args.push(line.quantity, line.offerVersion)
  }
  for (const { key, units, limit } of part.allowances) {
    const { count, held } = counterKeys(key)
    keys.push(count, held)
    args.push(units, limit)
  }
  if (part.hasCode) {
    keys.push(codeKey(order.code ?? ''))
    args.push(order.codeVersion ?? 0)
  }
}
