import type { Db } from '../db/client.ts'
import type { FulfilmentBook } from './fulfilment-book.ts'
import { hintRefund } from './hint-refund.ts'
import { refundCancelled } from './refund-cancelled.ts'
import { requestRefund } from './request-refund.ts'
import { findRefund, refundStands, setRefundTrouble, settleRefund } from './settle-refund.ts'
import { shipOrder } from './ship-order.ts'
import { wakeDueRefunds } from './wake-refunds.ts'

/** What leaves and what goes back, in Postgres; fulfilment-book.ts has the promises. */
export function postgresFulfilment(db: Db): FulfilmentBook {
  return {
    shipOrder: (...args) => shipOrder(db, ...args),
    requestRefund: (...args) => requestRefund(db, ...args),
    refundCancelled: (...args) => refundCancelled(db, ...args),
    findRefund: (...args) => findRefund(db, ...args),
    settleRefund: (...args) => settleRefund(db, ...args),
    refundStands: (...args) => refundStands(db, ...args),
    setRefundTrouble: (...args) => setRefundTrouble(db, ...args),
    hintRefund: (...args) => hintRefund(db, ...args),
    wakeDueRefunds: (...args) => wakeDueRefunds(db, ...args),
  }
}
