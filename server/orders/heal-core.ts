import type { Sku } from '#/domain/sku.ts'
import { log } from '../telemetry/log.ts'
import { catchUpStock, NotDelivered } from './deliver.ts'
import type { Ports } from './ports.ts'

const PAGE = 500

type Engine = Pick<Ports, 'counters' | 'book'>

/** Compares every SKU of core with Postgres, page by page: counters that are behind replay what they missed, older offers are replaced. */
export async function healCore(engine: Engine): Promise<void> {
  for (let after = ''; ; ) {
    const page = [...(await engine.book.stockVersions(after, PAGE)).keys()]
    await healOffers(engine, page)
    await healStock(engine, page)
    const last = page.at(-1)
    if (!last || page.length < PAGE) return
    after = last
  }
}

async function healOffers({ counters, book }: Engine, skus: readonly Sku[]): Promise<void> {
  const standing = await counters.offers(skus)
  if (!standing.ok) return
  const older = (await book.currentOffers(skus)).filter((offer) => (standing.value.get(offer.sku)?.version ?? 0) < offer.version)
  if (older.length === 0) return
  log.debug({ skus: older.length }, 'offers of core catch up with Postgres')
  for (const offer of older) if (!(await counters.putOffer(offer)).ok) return // away: the next round is soon
}

async function healStock({ counters, book }: Engine, skus: readonly Sku[]): Promise<void> {
  const applied = await counters.appliedVersions(skus)
  if (!applied.ok) return
  const versions = await book.versionsOf(skus)
  const apart = skus.filter((sku) => applied.value.get(sku) !== versions.get(sku))
  if (apart.length === 0) return
  log.debug({ skus: apart.length }, 'counters of core catch up with Postgres')
  try {
    await catchUpStock({ counters, book }, apart)
  } catch (error) {
    if (!(error instanceof NotDelivered)) throw error // a fenced shard is the work of whoever opens shards
  }
}
