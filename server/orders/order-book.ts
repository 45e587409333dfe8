import type { Allowance, AllowanceKey } from '#/domain/allowance.ts'
import type { CounterKey } from '#/domain/counter.ts'
import type { Discount } from '#/domain/discount.ts'
import type { RejectReason } from '#/domain/intake.ts'
import type { Offer, OfferTerms } from '#/domain/offer.ts'
import type { OrderState } from '#/domain/order-state.ts'
import type { Failure, Result } from '#/domain/result.ts'
import type { Shard } from '#/domain/sharding.ts'
import type { Sku } from '#/domain/sku.ts'
import type { IntakeEntry, Movement, RecordedView } from '../inventory/stock-counters.ts'
import type { FulfilmentBook } from './fulfilment-book.ts'
import type { OrderEvent } from './order-events.ts'
import type { MoneyBack, Parcel } from './parcel.ts'
import type { PlacedOrder } from './placed-order.ts'

/**
 * The port to Postgres: orders, the ledger of stock, and what must follow from a commit. Each function is one transaction. An outage
 * throws; what the data or the state of an order makes impossible is a value.
 */
export type OrderBook = FulfilmentBook & {
  // Intake, under the shard's writer lock.
  /** Decides on a batch in stream order and records it, with the movements and messages that follow. */
  takeIn(shard: Shard, batch: readonly IntakeOrder[], nowMs: number): Promise<Result<IntakeTally, NotTheWriter | DataError>>
  /** Sets a record aside for people to look at. Its reservation stays held until they decide. */
  bury(shard: Shard, entry: IntakeEntry, reason: string, nowMs: number): Promise<void>
  /** Open dead letters, oldest first. */
  openDeadLetters(limit: number): Promise<DeadLetter[]>
  findDeadLetter(id: DeadLetterId): Promise<DeadLetter | null>
  /** The newest dead letter of an order that has no row; null where there is none. */
  deadLetterOf(orderId: string): Promise<DeadLetter | null>
  /** Notes what became of a dead letter that is open. The first note counts. Returns the one that stands. */
  resolveDeadLetter(id: DeadLetterId, resolution: DeadLetterResolution, nowMs: number): Promise<DeadLetterResolution>
  /** Rejects a record that no row can hold: drops its reservation from these counters, tells the page, closes the letter. In one step. */
  rejectWithoutRow(id: DeadLetterId, held: readonly CounterKey[], nowMs: number): Promise<DeadLetterResolution>
  /** Terms of the offer versions that a batch names, by `offerVersionKey`; an unknown one is absent. */
  offerTerms(versions: readonly OfferVersion[]): Promise<Map<string, OfferTerms>>
  /** The code versions that a batch names, by `codeVersionKey`; an unknown one is absent. */
  discountVersions(versions: readonly CodeVersion[]): Promise<Map<string, Discount>>

  // The life of one order. Each change is guarded by state and attempt, adds an event and tells the page. Calls that are made at once share
  // a statement.
  findOrder(orderId: string): Promise<Order | null>
  /** ALLOCATED, ACTION_REQUIRED or DECLINED → PAYING, as the next attempt. Not where somebody asked to cancel, nor after the deadline. */
  startPaying(orderId: string, change: StartPaying & At): Promise<StartedPaying>
  /**
   * Commits the order's one payment intent and returns the one that stands: ours, or that of whoever was first. Null when none may be bound
   * any more, because the order has ended or is being cancelled.
   */
  bindIntent(orderId: string, intentId: string): Promise<string | null>
  /** `payment` was just retrieved. Of two workers one confirms and queues the receipt; the other learns that it was beaten. */
  confirm(orderId: string, nowMs: number): Promise<Confirmed>
  /** PAYING or ACTION_REQUIRED → DECLINED, if that attempt is still the last one. */
  decline(orderId: string, change: Declined & At): Promise<boolean>
  /** PAYING → ACTION_REQUIRED, if that attempt is still the last one. */
  requireAction(orderId: string, change: ActionRequired & At): Promise<boolean>
  /** Notes that an unpaid order is to be cancelled, which a worker does. Null when it is not unpaid, or that was noted before. */
  requestCancel(orderId: string, change: CancelRequest & At): Promise<Order | null>
  /**
   * Ends an unpaid order and gives its units back; its reason is what was asked for, or the deadline. Only once no charge can follow: the
   * intent named here is cancelled.
   */
  cancel(orderId: string, change: Cancelled & At): Promise<boolean>
  /** Something may have happened to its payment: it is looked at soon. False where no such order is open. */
  hintOrder(orderId: string, nowMs: number): Promise<boolean>
  /** The same for a refund. False where there is none of that id. */
  hintRefund(refundId: string, nowMs: number): Promise<boolean>
  /** Notes what a person has to look at, until the order moves on. Once for the same words. */
  setTrouble(orderId: string, change: Trouble & At): Promise<void>
  /** The order that a mail is about, unless that was sent. */
  findMail(orderId: string, kind: MailKind): Promise<MailToSend>
  recordMail(orderId: string, kind: MailKind, nowMs: number): Promise<void>
  /** Everything that happened to an order, oldest first. `eventWords` says it in words. */
  history(orderId: string): Promise<OrderEvent[]>
  /** Orders that need a person, oldest first. */
  troubledOrders(limit: number): Promise<TroubledOrder[]>

  // What keeps everything moving.
  /** Queues the orders that are due for a look and puts off their next one. Returns how many. */
  wakeDueOrders(nowMs: number, limit: number): Promise<number>
  /** Queues the mail of ended orders that was not sent in time. Returns how many. */
  wakeDueMail(nowMs: number, limit: number): Promise<number>
  /** Hands the oldest messages of these topics to `deliver` and deletes them once it returns. Returns how many were delivered. */
  relay(topics: readonly Topic[], limit: number, deliver: Deliver): Promise<number>
  views(orderIds: readonly string[]): Promise<Map<string, RecordedView>>
  /** The next movements of each counter after a version, in order, at most `limit` of each. */
  movementsAfter(counters: readonly { key: CounterKey; after: number }[], limit: number): Promise<Map<CounterKey, Movement[]>>
  stockVersions(afterSku: string, limit: number): Promise<Map<Sku, number>>
  versionsOf(keys: readonly CounterKey[]): Promise<Map<CounterKey, number>>
  /** A page of allowances in key order after `after` ('' for the first), with what is used of them. */
  allowances(after: string, limit: number): Promise<AllowanceLevel[]>
  currentOffers(skus: readonly Sku[] | 'all'): Promise<Offer[]>
  /** A page of discount codes, in their order after `after` ('' for the first). */
  codes(after: string, limit: number): Promise<string[]>
  /** The newest version of these codes, or of all. */
  currentDiscounts(codes: readonly string[] | 'all'): Promise<Discount[]>

  // Orders that core lost after they were acknowledged.
  knownOrders(orderIds: readonly string[]): Promise<Set<string>>
  recordLost(lost: readonly Acknowledged[], nowMs: number): Promise<void>
  /** Whether it was recorded as lost and has not been found since. */
  isLost(orderId: string): Promise<boolean>
  countLost(sinceMs: number): Promise<number>
  noteFound(nowMs: number): Promise<number>

  // Opening a shard of core.
  epochOf(shard: Shard): Promise<string | null>
  epochs(): Promise<Map<Shard, string>>
  /** Holds the shard's writer lock while `write` fills core from these levels, then commits `epoch`. Does nothing where the lock stays taken. */
  rebuild(shard: Shard, epoch: string, nowMs: number, write: WriteSnapshots): Promise<void>
}

export type NotTheWriter = Failure<'NOT_THE_WRITER'>
/** Some record of the batch cannot be written, whoever tries: split the batch until it stands alone. */
export type DataError = Failure<'DATA_ERROR'> & { readonly sqlState: string }

/** An order that a shopper was told was received. */
export type Acknowledged = { readonly orderId: string; readonly shard: Shard; readonly atMs: number }

export type IntakeOrder = {
  readonly orderId: string
  readonly reservationId: string
  readonly placedAtMs: number
  readonly order: PlacedOrder
  readonly fingerprint: string
  /** What it uses of limited codes and of customers' limits. */
  readonly allowances: readonly Allowance[]
  /** A person decided against it: it is refused whatever the stock. */
  readonly refusedFor?: RejectReason
}

export type IntakeTally = {
  readonly allocated: number
  readonly rejected: number
  readonly redelivered: number
  readonly superseded: number
}

export type OfferVersion = { readonly sku: Sku; readonly version: number }

export function offerVersionKey({ sku, version }: OfferVersion): string {
  return `${sku}@${version}`
}

export type CodeVersion = { readonly code: string; readonly version: number }

export function codeVersionKey({ code, version }: CodeVersion): string {
  return `${code}@${version}`
}

export type At = { readonly nowMs: number }
export type Asked<T> = T & At & { readonly orderId: string }
/** A record that was set aside: which shard's stream it came from, and which entry of it. */
export type DeadLetterId = { readonly shard: Shard; readonly entryId: string }

/** What became of it: an order after all, a rejection, or nothing, because its checkout had become an order by another attempt. */
export const DEAD_LETTER_RESOLUTIONS = ['retried', 'rejected', 'superseded'] as const
export type DeadLetterResolution = (typeof DEAD_LETTER_RESOLUTIONS)[number]

export type DeadLetter = DeadLetterId & {
  /** As they were read, without NUL: either may be no id at all. */
  readonly orderId: string
  readonly reservationId: string
  readonly placedAtMs: number
  /** As it was read, byte for byte. */
  readonly record: string
  readonly reason: string
  readonly buriedAtMs: number
  readonly closedAtMs: number | null
  readonly resolution: DeadLetterResolution | null
}

export type StartPaying = {
  readonly afterAttempt: number
  /** Null for the one that the order was placed with. */
  readonly paymentMethod: string | null
  /** Whether a worker is to be told; a worker that starts the attempt itself goes on with it. */
  readonly tellWorker: boolean
}

/** Whether this call started the attempt, and the order as it stands now either way; null when Postgres has none of that id. */
export type StartedPaying = { readonly started: boolean; readonly order: Order | null }

/** `refund-due`: the order was cancelled and is paid nevertheless. */
export type Confirmed = 'confirmed' | 'already' | 'refund-due'
export type Declined = { readonly attempt: number; readonly reason: string }
export type ActionRequired = { readonly attempt: number; readonly url: string }
export type CancelReason = 'BY_SHOPPER'
export type CancelRequest = { readonly reason: CancelReason }
export type Cancelled = { readonly intentId: string | null }
export type Trouble = { readonly trouble: string }

export type TroubledOrder = {
  readonly orderId: string
  readonly state: OrderState
  readonly trouble: string
  readonly sinceMs: number | null
}

/** One of each order, or one of each parcel and refund: that one's id follows. */
export type MailKind = 'receipt' | 'rejected' | 'cancelled' | `shipped/${string}` | `refunded/${string}`
export type MailToSend = Order | 'sent' | null

export type Order = {
  readonly orderId: string
  readonly fingerprint: string
  readonly state: OrderState
  readonly version: number
  readonly attempt: number
  /** How often upkeep has looked since the state last changed. */
  readonly checks: number
  readonly reason: string | null
  /** Where the bank asks its customer to confirm. */
  readonly actionUrl: string | null
  /** Why the order is being cancelled, or was to be before its payment came. */
  readonly cancelReason: string | null
  /** What a person has to look at. */
  readonly trouble: string | null
  /** Until when an unpaid order keeps its items. */
  readonly holdUntilMs: number | null
  readonly paymentIntentId: string | null
  readonly placedAtMs: number
  readonly parcels: readonly Parcel[]
  readonly refunds: readonly MoneyBack[]
  readonly order: PlacedOrder
}

/**
 * What must follow from a commit, and which lane carries it out. `subject` is a SKU, an allowance's key, a code, an order id,
 * `order/version` or a refund to advance, `order/kind` of mail, or `moment/begin` of sales to make pages ready for.
 */
export const TOPIC_LANES = {
  stock: ['stock.moved', 'allowance.moved'],
  offers: ['offer.changed', 'code.changed'],
  orders: ['order.changed'],
  queues: ['order.advance', 'refund.advance', 'mail.send', 'pages.prewarm'],
} as const

export type Lane = keyof typeof TOPIC_LANES
export type Topic = (typeof TOPIC_LANES)[Lane][number]
/** Returns the messages that it could not deliver; throws when it knows nothing of any. */
export type Deliver = (messages: OutboxMessage[]) => Promise<readonly OutboxMessage[]>
export type OutboxMessage = { readonly topic: Topic; readonly subject: string }

export type AllowanceLevel = { readonly key: AllowanceKey; readonly used: number; readonly version: number }

export type StockLevel = { readonly onHand: number; readonly allocated: number; readonly version: number }
/** Fills core, and says whether it did. `isRecorded` tells which of these orders Postgres has, by whatever reservation. */
export type WriteSnapshots = (levels: Map<Sku, StockLevel>, isRecorded: IsRecorded) => Promise<boolean>
export type IsRecorded = (orders: readonly { orderId: string }[]) => Promise<Set<string>>
