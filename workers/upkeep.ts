import type { Sku } from '#/domain/sku.ts'
import { openShards } from '#/server/inventory/open-shards.ts'
import { catchUpStock, NotDelivered } from '#/server/orders/deliver.ts'
import type { Ports } from '#/server/orders/ports.ts'
import { log } from '#/server/telemetry/log.ts'
import { type Loop, runLoop } from './run-loop.ts'

const SHARDS_MS = 2000
const DUE_MS = 1000
const MAIL_MS = 10_000
const STOCK_MS = 10_000
const DUE_BATCH = 200
const STOCK_PAGE = 500

/**
 * What keeps everything moving when a message was lost: shards of core that are empty or stale are rebuilt, orders that are due are looked
 * at, mail that was not sent is queued again, counters that fell behind replay what they missed. Every process may run it.
 */
export function runUpkeep(ports: Ports, queued: () => void): Loop[] {
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
    runLoop('upkeep-mail', MAIL_MS, async () => {
      const woken = await ports.book.wakeDueMail(ports.clock.now(), DUE_BATCH)
      if (woken > 0) queued()
      return woken === DUE_BATCH ? 'busy' : 'idle'
    }),
    runLoop('upkeep-stock', STOCK_MS, async () => {
      for (let after = ''; ; ) {
        const page = [...(await ports.book.stockVersions(after, STOCK_PAGE)).keys()]
        await heal(ports, page)
        const last = page.at(-1)
        if (!last || page.length < STOCK_PAGE) return 'idle'
        after = last
      }
    }),
  ]
}

async function heal(ports: Ports, skus: readonly Sku[]): Promise<void> {
  const applied = await ports.counters.appliedVersions(skus)
  if (!applied.ok) return
  const versions = await ports.book.versionsOf(skus)
  const apart = skus.filter((sku) => applied.value.get(sku) !== versions.get(sku))
  if (apart.length === 0) return
  log.debug({ skus: apart.length }, 'counters of core catch up with Postgres')
  try {
    await catchUpStock(ports, apart)
  } catch (error) {
    if (!(error instanceof NotDelivered)) throw error // a fenced shard is the other loop's work
  }
}
