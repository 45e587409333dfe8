import type { CounterKey } from '#/domain/counter.ts'
import type { Sku } from '#/domain/sku.ts'
import { log } from '../telemetry/log.ts'
import { catchUpCounters } from './catch-up-counters.ts'
import type { Ports } from './ports.ts'

const PAGE = 500

type Engine = Pick<Ports, 'counters' | 'book'>

/**
 * Compares every SKU of core with Postgres, and the next page of allowances after `allowance`, of which there may be many: counters that
 * are behind replay what they missed, older offers are replaced. Returns where the next round's page of allowances begins.
 */
export async function healCore(engine: Engine, allowance = ''): Promise<string> {
  for (let after = ''; ; ) {
    const page = [...(await engine.book.stockVersions(after, PAGE)).keys()]
    await healOffers(engine, page)
    await healCounters(engine, page)
    const last = page.at(-1)
    if (!last || page.length < PAGE) break
    after = last
  }
  const allowances = await engine.book.allowances(allowance, PAGE)
  await healCounters(
    engine,
    allowances.map(({ key }) => key),
  )
  return allowances.length < PAGE ? '' : (allowances.at(-1)?.key ?? '')
}

async function healOffers({ counters, book }: Engine, skus: readonly Sku[]): Promise<void> {
  const standing = await counters.offers(skus)
  if (!standing.ok) return
  const older = (await book.currentOffers(skus)).filter((offer) => (standing.value.get(offer.sku)?.version ?? 0) < offer.version)
  if (older.length === 0) return
  log.debug({ skus: older.length }, 'offers of core catch up with Postgres')
  for (const offer of older) if (!(await counters.putOffer(offer)).ok) return // away: the next round is soon
}

/** A fenced shard is the work of whoever opens shards. */
async function healCounters({ counters, book }: Engine, keys: readonly CounterKey[]): Promise<void> {
  const applied = await counters.appliedVersions(keys)
  if (!applied.ok) return
  const versions = await book.versionsOf(keys)
  const apart = keys.filter((key) => applied.value.get(key) !== versions.get(key))
  if (apart.length === 0) return
  log.debug({ counters: apart.length }, 'counters of core catch up with Postgres')
  await catchUpCounters({ counters, book }, apart)
}
