import type { ChainableCommander } from 'ioredis'
import { z } from 'zod'
import { type CounterKey, shardOfCounter } from '#/domain/counter.ts'
import type { Discount } from '#/domain/discount.ts'
import type { Offer } from '#/domain/offer.ts'
import { ORDER_STATES } from '#/domain/order-state.ts'
import { type Failure, fail, ok, type Result } from '#/domain/result.ts'
import type { Shard } from '#/domain/sharding.ts'
import { recordingShardOf } from '#/domain/sharding.ts'
import type { Sku } from '#/domain/sku.ts'
import { moneyBackSchema, parcelSchema } from '../orders/parcel.ts'
import { readPlacedOrder } from '../orders/placed-order.ts'
import type { Core, CoreFailure, NotReplicated } from '../redis/core.ts'
import { codeKey, counterKeys, shardKeys, skuKeys } from '../redis/keys.ts'
import { scanKeys } from '../redis/scan-keys.ts'
import { scripts } from '../redis/scripts.ts'
import { discountFromDefinition, discountToFields } from './code-hash.ts'
import { readIntakeStream, readWholeStream } from './intake-stream.ts'
import { OFFER_FIELDS, offerFromHash, offerToFields } from './offer-hash.ts'
import { CHECKOUT_KEEP_SECONDS, MAX_INTAKE_BACKLOG, MOST_WAITING, RedisPlacing } from './redis-placing.ts'
import type { IntakeEntry, Movement, RecordedView, Snapshot, StockCounters, StoredCheckout } from './stock-counters.ts'

/** Keys that a command or a pipeline takes at most, so that none holds core for long. */
const PAGE = 500

/** Movements a script call takes at most, and reservations that they drop, so that none holds core for long. One movement always goes. */
const MOVEMENTS_PER_CALL = 200
const DROPPED_PER_CALL = 5000

const CHECKOUT_FIELDS = ['fingerprint', 'placedAt', 'record', 'view'] as const

const viewSchema = z.object({
  version: z.int(),
  state: z.enum(['RECEIVED', ...ORDER_STATES]),
  reason: z.string().nullable(),
  holdUntilMs: z.number().nullable(),
  // Views of before had neither.
  actionUrl: z.string().nullable().default(null),
  cancelling: z.boolean().default(false),
  parcels: z.array(parcelSchema).default([]),
  refunds: z.array(moneyBackSchema).default([]),
})

/** The port to core, on Redis; its placing half is in redis-placing.ts. See stock-counters.ts for the promises and keys.ts for the layout. */
export class RedisStockCounters extends RedisPlacing implements StockCounters {
  readonly #core: Core
  readonly #keepSeconds: number

  constructor(core: Core, { keepSeconds = CHECKOUT_KEEP_SECONDS, maxBacklog = MAX_INTAKE_BACKLOG, mostWaiting = MOST_WAITING } = {}) {
    super(core, { keepSeconds, maxBacklog, mostWaiting })
    this.#core = core
    this.#keepSeconds = keepSeconds
  }

  async findCheckout(checkoutId: string): Promise<Result<StoredCheckout | null, CoreFailure>> {
    const key = shardKeys(recordingShardOf(checkoutId)).checkout(checkoutId)
    const fields = await this.#core.call(key, (redis) => redis.hmget(key, ...CHECKOUT_FIELDS))
    return fields.ok ? ok(toCheckout(checkoutId, fields.value)) : fields
  }

  async lookForCheckout(
    checkoutId: string,
  ): Promise<Result<{ checkout: StoredCheckout | null; atMs: number }, CoreFailure | NotReplicated>> {
    const key = shardKeys(recordingShardOf(checkoutId)).checkout(checkoutId)
    const looked = await this.#core.seeDurably(scripts.seeCheckout, [key], [])
    if (!looked.ok) return looked
    const [atMs, ...fields] = looked.value as [number, ...(string | null)[]]
    return ok({ checkout: toCheckout(checkoutId, fields), atMs })
  }

  now(checkoutId: string): Promise<Result<number, CoreFailure>> {
    return this.#core.now(shardKeys(recordingShardOf(checkoutId)).checkout(checkoutId))
  }

  lineageOf(shard: Shard): Promise<Result<string, CoreFailure>> {
    return this.#core.lineageOf(shardKeys(shard).epoch)
  }

  async knownCheckouts(shard: Shard, checkoutIds: readonly string[]): Promise<Result<Set<string>, CoreFailure>> {
    const { epoch, checkout } = shardKeys(shard)
    return this.#core.call(epoch, async (redis) => {
      const pipeline = redis.pipeline()
      for (const id of checkoutIds) pipeline.hexists(checkout(id), 'record')
      const replies = throwFirst(await pipeline.exec())
      return new Set(checkoutIds.filter((_, i) => replies[i] === 1))
    })
  }

  async available(skus: readonly Sku[]): Promise<Result<Map<Sku, number>, CoreFailure>> {
    const counts = await this.#readEach(skus, (sku) => [skuKeys(sku).stock, 'available'])
    return counts.ok ? ok(new Map([...counts.value].map(([sku, [count]]) => [sku, Math.max(0, Number(count))]))) : counts
  }

  async reservations(skus: readonly Sku[]): Promise<Result<Map<Sku, number>, CoreFailure>> {
    const counts = await this.#askEach(skus, (pipeline, sku) => pipeline.hlen(skuKeys(sku).held))
    return counts.ok
      ? ok(new Map([...counts.value].map(([sku, count]) => [sku, Number(count)] as const).filter(([, count]) => count > 0)))
      : counts
  }

  async appliedVersions(keys: readonly CounterKey[]): Promise<Result<Map<CounterKey, number>, CoreFailure>> {
    const applied = await this.#readEach(keys, (key) => [counterKeys(key).count, 'applied'])
    return applied.ok ? ok(new Map(keys.map((key) => [key, Number(applied.value.get(key)?.[0] ?? 0)]))) : applied
  }

  async offers(skus: readonly Sku[]): Promise<Result<Map<Sku, Offer>, CoreFailure>> {
    const hashes = await this.#readEach(skus, (sku) => [skuKeys(sku).offer, ...OFFER_FIELDS])
    if (!hashes.ok) return hashes
    const offers = [...hashes.value].map(([sku, fields]) => [sku, offerFromHash(sku, fields)] as const)
    return ok(new Map(offers.filter((entry): entry is readonly [Sku, Offer] => entry[1] !== null)))
  }

  async putOffer(offer: Parameters<StockCounters['putOffer']>[0]): Promise<Result<void, CoreFailure>> {
    return settled(await this.#core.run(scripts.putOffer, [skuKeys(offer.sku).offer], offerToFields(offer)))
  }

  async discount(code: string): Promise<Result<Discount | null, CoreFailure>> {
    const definition = await this.#core.call(codeKey(code), (redis) => redis.hget(codeKey(code), 'definition'))
    return definition.ok ? ok(definition.value ? discountFromDefinition(definition.value) : null) : definition
  }

  async putDiscount(discount: Discount): Promise<Result<void, CoreFailure>> {
    return settled(await this.#core.run(scripts.putCode, [codeKey(discount.code)], discountToFields(discount)))
  }

  readIntake(shard: Shard, count: number, waitMs: number | null, after?: string): Promise<Result<IntakeEntry[], CoreFailure>> {
    return readIntakeStream(this.#core, shardKeys(shard).orders, count, waitMs, after)
  }

  waitingIntake(shard: Shard): Promise<Result<IntakeEntry[], CoreFailure>> {
    return readWholeStream(this.#core, shardKeys(shard).orders)
  }

  async forgetIntake(shard: Shard, entryIds: readonly string[]): Promise<Result<void, CoreFailure>> {
    if (entryIds.length === 0) return ok(undefined)
    const { orders } = shardKeys(shard)
    return settled(await this.#core.call(orders, (redis) => redis.xdel(orders, ...entryIds)))
  }

  async applyMovements(
    key: CounterKey,
    epoch: string,
    movements: readonly Movement[],
  ): Promise<Result<number, CoreFailure | Failure<'FENCED'>>> {
    const { count, held } = counterKeys(key)
    const keys = [shardKeys(shardOfCounter(key)).epoch, count, held]
    let applied = 0
    for (const batch of inCalls(movements)) {
      const words = batch.flatMap(({ version, delta, droppedReservations }) => [
        version,
        delta,
        droppedReservations.length,
        ...droppedReservations,
      ])
      const reply = await this.#core.run(scripts.applyMovements, keys, [epoch, batch.length, ...words])
      if (!reply.ok) return reply
      applied = Number(reply.value)
      if (applied < 0) return fail('FENCED')
    }
    return ok(applied)
  }

  async mirrorOrder(orderId: string, recorded: RecordedView): Promise<Result<void, CoreFailure>> {
    const key = shardKeys(recordingShardOf(orderId)).checkout(orderId)
    const { fingerprint, ...view } = recorded
    const text = JSON.stringify(viewSchema.parse(view))
    return settled(await this.#core.run(scripts.mirrorOrder, [key], [view.version, text, this.#keepSeconds, fingerprint]))
  }

  epochOf(shard: Shard): Promise<Result<string | null, CoreFailure>> {
    const { epoch } = shardKeys(shard)
    return this.#core.call(epoch, (redis) => redis.get(epoch))
  }

  async fence(shard: Shard): Promise<Result<void, CoreFailure>> {
    const { epoch, opening } = shardKeys(shard)
    return settled(await this.#core.call(epoch, (redis) => redis.del(epoch, opening)))
  }

  async prepare(shard: Shard, epoch: string): Promise<Result<void, CoreFailure>> {
    const keys = shardKeys(shard)
    const prepared = await this.#core.call(keys.epoch, async (redis) =>
      throwFirst(await redis.multi().del(keys.epoch).set(keys.opening, epoch).exec()),
    )
    return settled(prepared)
  }

  async clearAllowances(shard: Shard): Promise<Result<void, CoreFailure>> {
    const allowances = shardKeys(shard).all('allow')
    const cleared = await this.#core.call(allowances, async (redis) => {
      for await (const counts of scanKeys(redis, allowances)) {
        await redis.unlink(...counts.flatMap((count) => [count, count.replace(':allow:', ':held:')]))
      }
    })
    return settled(cleared)
  }

  async writeSnapshots(snapshots: ReadonlyMap<CounterKey, Snapshot>): Promise<Result<void, CoreFailure>> {
    const all = [...snapshots]
    const [first] = all
    if (!first) return ok(undefined)
    const written = await this.#core.call(counterKeys(first[0]).count, async (redis) => {
      for (let from = 0; from < all.length; from += PAGE) {
        const pipeline = redis.pipeline()
        for (const [key, { available, version, held: reservations }] of all.slice(from, from + PAGE)) {
          const { count, held } = counterKeys(key)
          pipeline.del(held).hset(count, { available, applied: version })
          if (reservations.size > 0) pipeline.hset(held, Object.fromEntries(reservations))
        }
        throwFirst(await pipeline.exec())
      }
    })
    return settled(written)
  }

  async open(shard: Shard, epoch: string): Promise<Result<void, CoreFailure | Failure<'NOT_PREPARED'>>> {
    const keys = shardKeys(shard)
    const opened = await this.#core.run(scripts.openShard, [keys.epoch, keys.opening], [epoch])
    if (!opened.ok) return opened
    return opened.value === 1 ? ok(undefined) : fail('NOT_PREPARED')
  }

  /** Some fields of one hash a key; keys whose first field is missing are left out. */
  async #readEach<K extends CounterKey>(
    keys: readonly K[],
    hash: (key: K) => string[],
  ): Promise<Result<Map<K, (string | null)[]>, CoreFailure>> {
    const replies = await this.#askEach(keys, (pipeline, key) => {
      const [name, ...fields] = hash(key)
      pipeline.hmget(name as string, ...fields)
    })
    if (!replies.ok) return replies
    return ok(new Map([...(replies.value as Map<K, (string | null)[]>)].filter(([, fields]) => fields[0] != null)))
  }

  /** One command a key, in one round trip a shard. */
  async #askEach<K extends CounterKey>(
    keys: readonly K[],
    ask: (pipeline: ChainableCommander, key: K) => void,
  ): Promise<Result<Map<K, unknown>, CoreFailure>> {
    const told = new Map<K, unknown>()
    const asked = await Promise.all(
      [...Map.groupBy(keys, shardOfCounter)].map(([shard, own]) =>
        this.#core.call(shardKeys(shard).epoch, async (redis) => {
          const pipeline = redis.pipeline()
          for (const key of own) ask(pipeline, key)
          const replies = throwFirst(await pipeline.exec())
          for (const [i, key] of own.entries()) told.set(key, replies[i])
        }),
      ),
    )
    return asked.find((one) => !one.ok) ?? ok(told)
  }
}

function toCheckout(checkoutId: string, [fingerprint, placedAt, record, view]: (string | null | undefined)[]): StoredCheckout | null {
  if (!fingerprint || !record) return null
  return {
    checkoutId,
    fingerprint,
    placedAtMs: Number(placedAt),
    order: readPlacedOrder(record),
    view: view ? viewSchema.parse(JSON.parse(view)) : null,
  }
}

function inCalls(movements: readonly Movement[]): Movement[][] {
  const calls: Movement[][] = []
  let dropped = 0
  for (const movement of movements) {
    const call = calls.at(-1)
    dropped += movement.droppedReservations.length
    if (call && call.length < MOVEMENTS_PER_CALL && dropped <= DROPPED_PER_CALL) {
      call.push(movement)
    } else {
      calls.push([movement])
      dropped = movement.droppedReservations.length
    }
  }
  return calls
}

function settled(result: Result<unknown, CoreFailure>): Result<void, CoreFailure> {
  return result.ok ? ok(undefined) : result
}

/** Replies of a pipeline; its first error, thrown as the error of the whole. */
function throwFirst(replies: [Error | null, unknown][] | null): unknown[] {
  return (replies ?? []).map(([error, reply]) => {
    if (error) throw error
    return reply
  })
}
