import { readCodes, readCurrentDiscounts, readDiscountVersions } from '../catalog/read-discounts.ts'
import { readCurrentOffers, readOfferTerms } from '../catalog/read-offers.ts'
import type { Db } from '../db/client.ts'
import { inBatches } from '../db/in-batches.ts'
import { movementsAfter, readAllowances, stockVersions, versionsOf } from '../inventory/ledger.ts'
import { cancelOrders } from './cancel-order.ts'
import { bindIntents, confirmOrders, declineOrders, requestCancels, requireActions, setTroubles, startPaying } from './change-order.ts'
import {
  bury,
  deadLetterOf,
  findDeadLetter,
  openDeadLetters,
  rejectWithoutRow,
  resolveDeadLetter,
  viewsWithDeadLetters,
} from './dead-letters.ts'
import { hintOrder } from './hint-order.ts'
import { hintRefund } from './hint-refund.ts'
import { countLost, isLost, knownOrders, noteFound, recordLost } from './lost-orders.ts'
import type { OrderBook } from './order-book.ts'
import { readHistory } from './order-events.ts'
import { relay, wakeDueMail, wakeDueOrders } from './outbox.ts'
import { postgresFulfilment } from './postgres-fulfilment.ts'
import { findOrders, readTroubled, readViews } from './read-order.ts'
import { epochOf, readEpochs, rebuild } from './rebuild-shard.ts'
import { findMails, recordMails } from './sent-mail.ts'
import { takeIn } from './take-in.ts'

/** The port to Postgres, on Prisma. Each function is told where it is written; order-book.ts has the promises. */
export function postgresOrderBook(db: Db): OrderBook {
  const together = <T, R>(run: (db: Db, batch: readonly T[]) => Promise<readonly R[]>) => inBatches((batch: readonly T[]) => run(db, batch))
  const starting = together(startPaying)
  const binding = together(bindIntents)
  const confirming = together(confirmOrders)
  const declining = together(declineOrders)
  const requiring = together(requireActions)
  const requesting = together(requestCancels)
  const cancelling = together(cancelOrders)
  const troubling = together(setTroubles)
  const finding = together(findMails)
  const recording = together(recordMails)
  return {
    ...postgresFulfilment(db),
    takeIn: (...args) => takeIn(db, ...args),
    bury: (...args) => bury(db, ...args),
    openDeadLetters: (...args) => openDeadLetters(db, ...args),
    findDeadLetter: (...args) => findDeadLetter(db, ...args),
    deadLetterOf: (...args) => deadLetterOf(db, ...args),
    resolveDeadLetter: (...args) => resolveDeadLetter(db, ...args),
    rejectWithoutRow: (...args) => rejectWithoutRow(db, ...args),
    offerTerms: (...args) => readOfferTerms(db, ...args),
    discountVersions: (...args) => readDiscountVersions(db, ...args),
    findOrder: together(findOrders),
    startPaying: (orderId, change) => starting({ orderId, ...change }),
    bindIntent: (orderId, intentId) => binding({ orderId, intentId }),
    confirm: (orderId, nowMs) => confirming({ orderId, nowMs }),
    decline: (orderId, change) => declining({ orderId, ...change }),
    requireAction: (orderId, change) => requiring({ orderId, ...change }),
    requestCancel: (orderId, change) => requesting({ orderId, ...change }),
    cancel: (orderId, change) => cancelling({ orderId, ...change }),
    hintOrder: (...args) => hintOrder(db, ...args),
    hintRefund: (...args) => hintRefund(db, ...args),
    setTrouble: async (orderId, change) => troubling({ orderId, ...change }),
    findMail: (orderId, kind) => finding({ orderId, kind }),
    recordMail: (orderId, kind, nowMs) => recording({ orderId, kind, nowMs }),
    history: (...args) => readHistory(db, ...args),
    troubledOrders: (...args) => readTroubled(db, ...args),
    wakeDueOrders: (...args) => wakeDueOrders(db, ...args),
    wakeDueMail: (...args) => wakeDueMail(db, ...args),
    relay: (...args) => relay(db, ...args),
    views: (orderIds) => viewsWithDeadLetters(db, orderIds, readViews),
    movementsAfter: (...args) => movementsAfter(db, ...args),
    stockVersions: (...args) => stockVersions(db, ...args),
    versionsOf: (...args) => versionsOf(db, ...args),
    allowances: (...args) => readAllowances(db, ...args),
    currentOffers: (...args) => readCurrentOffers(db, ...args),
    codes: (...args) => readCodes(db, ...args),
    currentDiscounts: (...args) => readCurrentDiscounts(db, ...args),
    knownOrders: (...args) => knownOrders(db, ...args),
    recordLost: (...args) => recordLost(db, ...args),
    isLost: (...args) => isLost(db, ...args),
    countLost: (...args) => countLost(db, ...args),
    noteFound: (...args) => noteFound(db, ...args),
    epochOf: (...args) => epochOf(db, ...args),
    epochs: () => readEpochs(db),
    rebuild: (...args) => rebuild(db, ...args),
  }
}
