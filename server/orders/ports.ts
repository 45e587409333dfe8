import type { Clock } from '#/domain/clock.ts'
import type { StockCounters } from '../inventory/stock-counters.ts'
import type { PaymentGateway } from '../payments/payment-gateway.ts'
import type { OrderBook } from './order-book.ts'

/** What the order engine is written against: four ports, where new ids come from, and where the order's page is. */
export type Ports = {
  readonly counters: StockCounters
  readonly book: OrderBook
  readonly gateway: PaymentGateway
  readonly clock: Clock
  readonly newId: () => string
  /** Where a bank sends its customer back to after a step of theirs: the order's page, absolute. */
  readonly returnUrl: (orderId: string) => string
}
