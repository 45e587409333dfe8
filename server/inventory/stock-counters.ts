import type { Allowance, AllowanceKey } from '#/domain/allowance.ts'
import type { CounterKey } from '#/domain/counter.ts'
import type { Discount } from '#/domain/discount.ts'
import type { Offer } from '#/domain/offer.ts'
import type { VisibleState } from '#/domain/order-state.ts'
import type { Failure, Result } from '#/domain/result.ts'
import type { Shard } from '#/domain/sharding.ts'
import type { Sku } from '#/domain/sku.ts'
import type { MoneyBack, Parcel } from '../orders/parcel.ts'
import type { PlacedOrder } from '../orders/placed-order.ts'
import type { CoreFailure, NotReplicated } from '../redis/core.ts'

/**
 * The port to core: available-stock counters, offers, reservations, the intake streams and the short memory of checkouts. Core admits;
 * what it says about stock is a promise that Postgres still confirms.
 */
export type StockCounters = {
  /**
   * Takes what the order needs of the shard that records it, and appends the record, all or nothing. An order that needs other shards too
   * is placed by `placeInLegs`, which calls this last. Safe to repeat with the same checkout and content.
   */
  place(placing: Placing): Promise<PlaceAnswer>
  /** Begins an attempt that needs several shards; until the placing's deadline no other attempt of the checkout may begin. */
  claim(placing: Placing): Promise<ClaimAnswer>
  /** Takes what the order needs of another shard. The leg is entered there, so that one that was left behind is found. */
  takeLeg(placing: Placing, leg: Part): Promise<LegAnswer>
  /** From now on the attempt can never be recorded, unless it was already. Only this lets its legs give back. */
  voidAttempt(attempt: Attempt): Promise<Result<'VOIDED' | 'RECORDED', CoreFailure>>
  /** Ends a leg: gives back what it still holds, or leaves that to intake. Safe to repeat. */
  endLeg(leg: Leg, giveBack: boolean): Promise<Result<void, CoreFailure>>
  /** Legs of a shard whose attempt's deadline has passed, oldest first. */
  overdueLegs(shard: Shard, limit: number): Promise<Result<Leg[], CoreFailure>>
  /** What core remembers of a checkout; null when it knows none. */
  findCheckout(checkoutId: string): Promise<Result<StoredCheckout | null, CoreFailure>>
  /**
   * The same, as durable as a placing before it is told, with core's own time of that moment: what is absent after its deadline will never
   * be there.
   */
  lookForCheckout(
    checkoutId: string,
  ): Promise<Result<{ readonly checkout: StoredCheckout | null; readonly atMs: number }, CoreFailure | NotReplicated>>
  /** The clock that judges this checkout's deadline, core's own, as far as we can tell without asking. Milliseconds. */
  now(checkoutId: string): Promise<Result<number, CoreFailure>>

  /** Which history the shard's data belong to: another one after a promotion or a restart, which may have lost the end of it. */
  lineageOf(shard: Shard): Promise<Result<string, CoreFailure>>
  /** Those of these checkouts, all recorded on this shard, that core remembers as placed. */
  knownCheckouts(shard: Shard, checkoutIds: readonly string[]): Promise<Result<Set<string>, CoreFailure>>

  /** Units a shopper could take right now, at least 0; a SKU that core does not know is absent. */
  available(skus: readonly Sku[]): Promise<Result<Map<Sku, number>, CoreFailure>>
  /** How many placings hold units of each SKU and are not recorded by Postgres yet; a SKU of which nothing is held is absent. */
  reservations(skus: readonly Sku[]): Promise<Result<Map<Sku, number>, CoreFailure>>
  /** Current offers; a SKU without one is absent, and so is one whose copy cannot be read, until it is healed. */
  offers(skus: readonly Sku[]): Promise<Result<Map<Sku, Offer>, CoreFailure>>
  putOffer(offer: Offer): Promise<Result<void, CoreFailure>>
  /** The current version of a discount code; null for one that core does not know. */
  discount(code: string): Promise<Result<Discount | null, CoreFailure>>
  putDiscount(discount: Discount): Promise<Result<void, CoreFailure>>

  /**
   * The oldest records of a shard that intake has not forgotten yet, again the same ones until then, or those that follow the entry
   * `after`. Waits up to `waitMs` for one; null for not at all.
   */
  readIntake(shard: Shard, count: number, waitMs: number | null, after?: string): Promise<Result<IntakeEntry[], CoreFailure>>
  /** Every record of a shard that intake has not forgotten yet, oldest first. */
  waitingIntake(shard: Shard): Promise<Result<IntakeEntry[], CoreFailure>>
  /** Takes records out of the stream, once Postgres has them. */
  forgetIntake(shard: Shard, entryIds: readonly string[]): Promise<Result<void, CoreFailure>>

  /** The version of the last movement that each counter has seen; 0 for one that core does not know. */
  appliedVersions(keys: readonly CounterKey[]): Promise<Result<Map<CounterKey, number>, CoreFailure>>
  /** Applies movements in the order of their versions and returns the version reached. */
  applyMovements(key: CounterKey, epoch: string, movements: readonly Movement[]): Promise<Result<number, CoreFailure | Failure<'FENCED'>>>
  /** Keeps an order's latest state beside its checkout; a checkout of other content than was recorded is forgotten. */
  mirrorOrder(orderId: string, recorded: RecordedView): Promise<Result<void, CoreFailure>>

  /** The life that core is in on this shard; null while the shard is fenced. */
  epochOf(shard: Shard): Promise<Result<string | null, CoreFailure>>
  /** From now on placing answers NOT_READY and movements FENCED, until the shard is prepared and opened. */
  fence(shard: Shard): Promise<Result<void, CoreFailure>>
  /** Fences the shard for whoever fills it in and then opens it under this epoch; an opener before that is overtaken. */
  prepare(shard: Shard, epoch: string): Promise<Result<void, CoreFailure>>
  /** Forgets every allowance of a fenced shard. */
  clearAllowances(shard: Shard): Promise<Result<void, CoreFailure>>
  /** Replaces the counters of a fenced shard and their reservations. */
  writeSnapshots(snapshots: ReadonlyMap<CounterKey, Snapshot>): Promise<Result<void, CoreFailure>>
  /** Opens what was prepared for this epoch, unless core was lost since or another opener has overtaken. */
  open(shard: Shard, epoch: string): Promise<Result<void, CoreFailure | Failure<'NOT_PREPARED'>>>
}

export type Placing = {
  readonly checkoutId: string
  readonly reservationId: string
  readonly fingerprint: string
  /** Core refuses the placing later than this, by its own clock. */
  readonly deadlineMs: number
  readonly order: PlacedOrder
  /** What the order uses of limited codes and of customers' limits. */
  readonly allowances: readonly Allowance[]
}

/** What a placing needs of one shard, in one step. */
export type Part = {
  readonly shard: Shard
  readonly lines: PlacedOrder['lines']
  readonly allowances: readonly Allowance[]
  /** Whether the order's code is kept on this shard. */
  readonly hasCode: boolean
}

/** One try to place a checkout: each has a reservation id of its own. */
export type Attempt = { readonly checkoutId: string; readonly reservationId: string }

/** What an attempt took of a shard that does not record it. */
export type Leg = Attempt & { readonly shard: Shard; readonly counters: readonly CounterKey[] }

/** Why nothing was taken. Whoever asks again gets an answer of its own. */
type Refusal =
  | { readonly code: 'NOT_ON_SALE' | 'PRICE_CHANGED'; readonly skus: readonly Sku[] }
  | { readonly code: 'CODE_CHANGED' }
  | { readonly code: 'LIMIT_REACHED'; readonly limits: readonly { readonly sku: Sku; readonly limit: number }[] }
  | { readonly code: 'SOLD_OUT'; readonly short: readonly { readonly sku: Sku; readonly available: number }[] }
  | { readonly code: 'USED_UP'; readonly allowances: readonly AllowanceKey[] }
  /** Nothing happened and nothing will: trying again is safe and may help. */
  | { readonly code: 'NOT_READY' | 'TOO_LATE' }

export type ClaimAnswer =
  | { readonly code: 'CLAIMED' }
  | { readonly code: 'SEEN'; readonly placedAtMs: number }
  | { readonly code: 'CHECKOUT_CHANGED' | 'BUSY' | 'NOT_READY' | 'TOO_LATE' | 'UNKNOWN' }

export type LegAnswer = { readonly code: 'PLACED'; readonly placedAtMs: number } | Refusal | { readonly code: 'UNKNOWN' }

export type PlaceAnswer =
  | { readonly code: 'PLACED'; readonly placedAtMs: number }
  | { readonly code: 'SEEN'; readonly placedAtMs: number }
  /** The checkout was placed before with other content. */
  | { readonly code: 'CHECKOUT_CHANGED' }
  /** Another attempt of this checkout is under way: what becomes of it is known by its deadline. */
  | { readonly code: 'BUSY' }
  /** The attempt was voided before it could be recorded. */
  | { readonly code: 'VOIDED' }
  | Refusal
  | { readonly code: 'BACKLOG_FULL' }
  /** It may have happened, or may happen until the deadline. `findCheckout` settles it. */
  | { readonly code: 'UNKNOWN' }

export type StoredCheckout = {
  readonly checkoutId: string
  readonly fingerprint: string
  readonly placedAtMs: number
  /** Null where another version of us wrote what cannot be read here. */
  readonly order: PlacedOrder | null
  /** Null until Postgres has recorded the order and said so. */
  readonly view: OrderView | null
}

/** The part of an order that changes. `version` grows with each step. */
export type OrderView = {
  readonly version: number
  readonly state: VisibleState
  readonly reason: string | null
  readonly holdUntilMs: number | null
  /** Where the bank asks its customer to confirm. */
  readonly actionUrl: string | null
  /** Somebody asked to cancel it, and a worker is at it. */
  readonly cancelling: boolean
  readonly parcels: readonly Parcel[]
  readonly refunds: readonly MoneyBack[]
}

/** A view, and what Postgres recorded the order to be. */
export type RecordedView = OrderView & { readonly fingerprint: string }

export type IntakeEntry = {
  readonly entryId: string
  readonly orderId: string
  readonly reservationId: string
  readonly placedAtMs: number
  /** As it was read, unparsed: a damaged one must reach the dead letters whole. */
  readonly record: string
}

export type Movement = {
  readonly version: number
  /** Change of (on hand − allocated), or of − used. */
  readonly delta: number
  readonly droppedReservations: readonly string[]
}

export type Snapshot = {
  /** Of stock: on hand − allocated − held, below zero where a merchant took stock away. Of an allowance: − used − held. */
  readonly available: number
  readonly version: number
  /** Units by reservation id, of records that still wait for intake. */
  readonly held: ReadonlyMap<string, number>
}
