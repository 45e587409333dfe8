import type { Clock } from '#/domain/clock.ts'
import type { StockCounters } from '../inventory/stock-counters.ts'
import type { PaymentGateway } from '../payments/payment-gateway.ts'
import type { OrderBook } from './order-book.ts'

/** What the order engine is written against: four ports, and where new ids come from. */
export type Ports = {
  readonly counters: StockCounters
  readonly book: OrderBook
  readonly gateway: PaymentGateway
  readonly clock: Clock
  readonly newId: () => string
}
