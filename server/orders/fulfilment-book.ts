import type { RefundRefusal, RefundWish, Units } from '#/domain/refund.ts'
import type { Failure, Result } from '#/domain/result.ts'

/** The part of the port to Postgres that is about what leaves and what goes back. Each function is one transaction. */
export type FulfilmentBook = {
  /**
   * Notes a parcel that left, and takes its units off what is on hand and allocated. Pressed twice under one id it left once; the same id
   * with other content is refused. With the last unit the order is FULFILLED.
   */
  shipOrder(shipment: NewShipment): Promise<Result<Shipped, ShipRefusal>>
  /**
   * Notes money that is to go back, before anybody is asked for it, and lets go of the units that are given up. Safe to repeat under one id,
   * as with parcels. However many ask at once, never more goes back than was captured.
   */
  requestRefund(refund: RequestedRefund): Promise<Result<RefundAsked, RefundFailure>>
  /** A cancelled order turned out to be paid: notes the capture and a refund of the whole, once. The order stays cancelled. */
  refundCancelled(orderId: string, refund: { readonly refundId: string; readonly nowMs: number }): Promise<void>
  findRefund(refundId: string): Promise<Refund | null>
  /** Carries into the books what the gateway says of a refund. A late answer never undoes a later one. */
  settleRefund(refundId: string, outcome: RefundOutcome): Promise<void>
  /** One that had succeeded stands: it is due no more, unless a hint came after it was read. */
  refundStands(refund: Pick<Refund, 'refundId' | 'nextCheckAtMs'>): Promise<void>
  /** Notes what a person has to look at, on the refund and its order. Once for the same words. */
  setRefundTrouble(refundId: string, note: { readonly trouble: string; readonly nowMs: number }): Promise<void>
  /** Has a refund looked at soon that is said to have moved. Whether there is such a refund. */
  hintRefund(refundId: string, nowMs: number): Promise<boolean>
  /** Queues the refunds that are due for a look and puts off their next one. Returns how many. */
  wakeDueRefunds(nowMs: number, limit: number): Promise<number>
}

export type NewShipment = {
  /** Minted by whoever asks, once for each parcel. */
  readonly shipmentId: string
  readonly orderId: string
  readonly carrier: string
  readonly tracking: string
  readonly units: readonly Units[] | 'all'
  readonly nowMs: number
}

export type Shipped = { readonly units: readonly Units[]; readonly unitsLeft: number; readonly isNew: boolean }

export type ShipRefusal =
  | Failure<'ORDER_MISSING' | 'ORDER_NOT_PAID' | 'NOTHING_LEFT'>
  | Failure<'SHIPMENT_CHANGED'>
  | (Failure<'UNKNOWN_LINE'> & { readonly position: number })
  | (Failure<'TOO_MANY_UNITS'> & { readonly position: number; readonly left: number })

export type RequestedRefund = {
  /** Minted by whoever asks, once for each refund. */
  readonly refundId: string
  readonly orderId: string
  readonly wish: RefundWish
  /** Whether its units can be sold again. */
  readonly restock: boolean
  readonly reason: string
  readonly nowMs: number
}

export type RefundAsked = { readonly amountMinor: number; readonly units: readonly Units[]; readonly isNew: boolean }

export type RefundFailure = RefundRefusal | Failure<'ORDER_MISSING' | 'ORDER_NOT_PAID' | 'REFUND_CHANGED' | 'TOO_MANY_REFUNDS'>

export type RefundState = 'PENDING' | 'SUCCEEDED' | 'FAILED'

export type Refund = {
  readonly refundId: string
  readonly orderId: string
  readonly paymentIntentId: string | null
  readonly amountMinor: number
  readonly state: RefundState
  /** How often upkeep has looked. */
  readonly checks: number
  /** When upkeep looks again: one that is pending, or that is said to have failed after all. */
  readonly nextCheckAtMs: number | null
}

export type RefundOutcome = {
  readonly kind: 'succeeded' | 'pending' | 'failed'
  /** Null where the gateway never made one. */
  readonly gatewayRefundId: string | null
  readonly nowMs: number
}
