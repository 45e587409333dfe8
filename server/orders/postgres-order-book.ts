import { readCurrentDiscounts, readDiscountVersions } from '../catalog/read-discounts.ts'
import { readCurrentOffers, readOfferTerms } from '../catalog/read-offers.ts'
import type { Db } from '../db/client.ts'
import { movementsAfter, readAllowances, stockVersions, versionsOf } from '../inventory/ledger.ts'
import { bindIntent, cancel, confirm, decline, startPaying } from './change-order.ts'
import { bury } from './dead-letters.ts'
import type { OrderBook } from './order-book.ts'
import { relay, wakeDueMail, wakeDueOrders } from './outbox.ts'
import { findOrder, readViews } from './read-order.ts'
import { epochOf, readEpochs, rebuild } from './rebuild-shard.ts'
import { mailWasSent, recordMail } from './sent-mail.ts'
import { takeIn } from './take-in.ts'

/** The port to Postgres, on Prisma. Each function is told where it is written; order-book.ts has the promises. */
export function postgresOrderBook(db: Db): OrderBook {
  return {
    takeIn: (...args) => takeIn(db, ...args),
    bury: (...args) => bury(db, ...args),
    offerTerms: (...args) => readOfferTerms(db, ...args),
    discountVersions: (...args) => readDiscountVersions(db, ...args),
    findOrder: (...args) => findOrder(db, ...args),
    startPaying: (...args) => startPaying(db, ...args),
    bindIntent: (...args) => bindIntent(db, ...args),
    confirm: (...args) => confirm(db, ...args),
    decline: (...args) => decline(db, ...args),
    cancel: (...args) => cancel(db, ...args),
    mailWasSent: (...args) => mailWasSent(db, ...args),
    recordMail: (...args) => recordMail(db, ...args),
    wakeDueOrders: (...args) => wakeDueOrders(db, ...args),
    wakeDueMail: (...args) => wakeDueMail(db, ...args),
    relay: (...args) => relay(db, ...args),
    views: (...args) => readViews(db, ...args),
    movementsAfter: (...args) => movementsAfter(db, ...args),
    stockVersions: (...args) => stockVersions(db, ...args),
    versionsOf: (...args) => versionsOf(db, ...args),
    allowances: (...args) => readAllowances(db, ...args),
    currentOffers: (...args) => readCurrentOffers(db, ...args),
    currentDiscounts: (...args) => readCurrentDiscounts(db, ...args),
    epochOf: (...args) => epochOf(db, ...args),
    epochs: () => readEpochs(db),
    rebuild: (...args) => rebuild(db, ...args),
  }
}
