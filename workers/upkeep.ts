import { askToWarm } from '#/server/catalog/ask-to-warm.ts'
import { tellOfSales } from '#/server/catalog/tell-sales.ts'
import type { Db } from '#/server/db/client.ts'
import { openShards } from '#/server/inventory/open-shards.ts'
import { sweepLegs } from '#/server/inventory/sweep-legs.ts'
import { FROM_THE_FIRST, healCore } from '#/server/orders/heal-core.ts'
import type { Ports } from '#/server/orders/ports.ts'
import { type Loop, runLoop } from '#/server/run-loop.ts'
import { log } from '#/server/telemetry/log.ts'

const SHARDS_MS = 2000
const DUE_MS = 1000
const MAIL_MS = 10_000
const CORE_MS = 10_000
const LEGS_MS = 2000
const SALES_MS = 1000
const DUE_BATCH = 200

/**
 * What keeps everything moving when a message was lost: shards of core that are empty or stale are rebuilt, orders and refunds that are
 * due are looked at, mail that was not sent is queued again, counters and offers that fell behind catch up, legs of placings that were
 * left behind are ended, pages hear of sales at the moment they begin or end, and are made ready for them. Every process may run it.
 */
export function runUpkeep(ports: Ports & { readonly db: Db }, queued: () => void): Loop[] {
  let healed = FROM_THE_FIRST
  return [
    runLoop('upkeep-shards', SHARDS_MS, async () => {
      await openShards(ports)
      return 'idle'
    }),
    runLoop('upkeep-orders', DUE_MS, async () => {
      const woken = await ports.book.wakeDueOrders(ports.clock.now(), DUE_BATCH)
      if (woken > 0) queued()
      return woken === DUE_BATCH ? 'busy' : 'idle'
    }),
    runLoop('upkeep-refunds', DUE_MS, async () => {
      const woken = await ports.book.wakeDueRefunds(ports.clock.now(), DUE_BATCH)
      if (woken > 0) queued()
      return woken === DUE_BATCH ? 'busy' : 'idle'
    }),
    runLoop('upkeep-mail', MAIL_MS, async () => {
      const woken = await ports.book.wakeDueMail(ports.clock.now(), DUE_BATCH)
      if (woken > 0) queued()
      return woken === DUE_BATCH ? 'busy' : 'idle'
    }),
    runLoop('upkeep-lost', CORE_MS, async () => {
      const found = await ports.book.noteFound(ports.clock.now())
      if (found > 0) log.warn({ orders: found }, 'orders that were taken for lost have come in')
      return 'idle'
    }),
    runLoop('upkeep-core', CORE_MS, async () => {
      healed = await healCore(ports, healed)
      return 'idle'
    }),
    runLoop('upkeep-legs', LEGS_MS, async () => {
      const ended = await sweepLegs(ports.counters)
      if (ended > 0) log.info({ legs: ended }, 'legs of placings that were left behind are ended')
      return 'idle'
    }),
    runLoop('upkeep-sales', SALES_MS, async () => {
      const nowMs = ports.clock.now()
      await tellOfSales(ports.db, nowMs)
      // After that, and by the same clock: what is made ready before pages have heard of a begin would be old at once.
      if ((await askToWarm(ports.db, nowMs)) > 0) queued()
      return 'idle'
    }),
  ]
}
