import type { Allowance, AllowanceKey } from '#/domain/allowance.ts'
import type { CounterKey } from '#/domain/counter.ts'
import type { Discount } from '#/domain/discount.ts'
import type { Offer, OfferTerms } from '#/domain/offer.ts'
import type { OrderState } from '#/domain/order-state.ts'
import type { Failure, Result } from '#/domain/result.ts'
import type { Shard } from '#/domain/sharding.ts'
import type { Sku } from '#/domain/sku.ts'
import type { IntakeEntry, Movement, RecordedView } from '../inventory/stock-counters.ts'
import type { PlacedOrder } from './placed-order.ts'

/**
 * The port to Postgres: orders, the ledger of stock, and what must follow from a commit. Each function is one transaction. An outage
 * throws; what the data or the state of an order makes impossible is a value.
 */
export type OrderBook = {
  // Intake, under the shard's writer lock.
  /** Decides on a batch in stream order and records it, with the movements and messages that follow. */
  takeIn(shard: Shard, batch: readonly IntakeOrder[], nowMs: number): Promise<Result<IntakeTally, NotTheWriter | DataError>>
  /** Sets a record aside for people to look at. Its reservation stays held until they decide. */
  bury(shard: Shard, entry: IntakeEntry, reason: string, nowMs: number): Promise<void>
  /** Terms of the offer versions that a batch names, by `offerVersionKey`; an unknown one is absent. */
  offerTerms(versions: readonly OfferVersion[]): Promise<Map<string, OfferTerms>>
  /** The code versions that a batch names, by `codeVersionKey`; an unknown one is absent. */
  discountVersions(versions: readonly CodeVersion[]): Promise<Map<string, Discount>>

  // The life of one order. Each change is guarded by state and attempt, adds an event and tells the page.
  findOrder(orderId: string): Promise<Order | null>
  /** ALLOCATED or DECLINED → PAYING, as the next attempt, with this card. Null when the order has moved on. */
  startPaying(orderId: string, change: StartPaying): Promise<Order | null>
  /** Commits the order's one payment intent and returns the one that stands: ours, or that of whoever was first. */
  bindIntent(orderId: string, intentId: string): Promise<string>
  /** `payment` was just retrieved. Of two workers one confirms and queues the receipt; the other learns that it was beaten. */
  confirm(orderId: string, nowMs: number): Promise<'confirmed' | 'already' | 'refund-due'>
  decline(orderId: string, attempt: number, change: { reason: string; holdUntilMs: number; nowMs: number }): Promise<boolean>
  /** Ends an unpaid order and gives its units back. Only once no charge can follow: the intent named here is cancelled. */
  cancel(orderId: string, change: { intentId: string | null; reason: string; nowMs: number }): Promise<boolean>
  mailWasSent(orderId: string, kind: MailKind): Promise<boolean>
  recordMail(orderId: string, kind: MailKind, nowMs: number): Promise<void>

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
  /** The newest version of these codes, or of all. */
  currentDiscounts(codes: readonly string[] | 'all'): Promise<Discount[]>

  // Opening a shard of core.
  epochOf(shard: Shard): Promise<string | null>
  epochs(): Promise<Map<Shard, string>>
  /** Holds the shard's writer lock while `write` fills core from these levels, then commits `epoch`. Does nothing while the lock is taken. */
  rebuild(shard: Shard, epoch: string, nowMs: number, write: WriteSnapshots): Promise<void>
}

export type NotTheWriter = Failure<'NOT_THE_WRITER'>
/** Some record of the batch cannot be written, whoever tries: split the batch until it stands alone. */
export type DataError = Failure<'DATA_ERROR'> & { readonly sqlState: string }

export type IntakeOrder = {
  readonly orderId: string
  readonly reservationId: string
  readonly placedAtMs: number
  readonly order: PlacedOrder
  /** What it uses of limited codes and of customers' limits. */
  readonly allowances: readonly Allowance[]
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

export type StartPaying = {
  readonly afterAttempt: number
  readonly paymentMethod: string
  /** Whether a worker is to be told; a worker that starts the attempt itself goes on with it. */
  readonly tellWorker: boolean
  readonly nowMs: number
}

export type MailKind = 'receipt' | 'rejected' | 'cancelled'

export type Order = {
  readonly orderId: string
  readonly fingerprint: string
  readonly state: OrderState
  readonly version: number
  readonly attempt: number
  /** How often upkeep has looked since the state last changed. */
  readonly checks: number
  readonly reason: string | null
  /** Since the first decline, and kept while another card is tried. */
  readonly holdUntilMs: number | null
  readonly paymentIntentId: string | null
  readonly placedAtMs: number
  readonly order: PlacedOrder
}

/** What must follow from a commit, and which lane carries it out. `subject` is a SKU, an allowance's key, a code, an order id, `order/version` to advance,
 * `order/kind` of mail, or a cache tag. */
export const TOPIC_LANES = {
  stock: ['stock.moved', 'allowance.moved'],
  offers: ['offer.changed', 'code.changed'],
  orders: ['order.changed'],
  queues: ['order.advance', 'mail.send'],
  web: ['tag.changed'],
} as const

export type Lane = keyof typeof TOPIC_LANES
export type Topic = (typeof TOPIC_LANES)[Lane][number]
/** Returns the messages that it could not deliver; throws when it knows nothing of any. */
export type Deliver = (messages: OutboxMessage[]) => Promise<readonly OutboxMessage[]>
export type OutboxMessage = { readonly topic: Topic; readonly subject: string }

export type AllowanceLevel = { readonly key: AllowanceKey; readonly used: number; readonly version: number }

export type StockLevel = { readonly onHand: number; readonly allocated: number; readonly version: number }
/** Fills core, and says whether it did. `isRecorded` tells which reservations Postgres has. */
export type WriteSnapshots = (levels: Map<Sku, StockLevel>, isRecorded: IsRecorded) => Promise<boolean>
export type IsRecorded = (orders: readonly { orderId: string; reservationId: string }[]) => Promise<Set<string>>
