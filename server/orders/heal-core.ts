import type { CounterKey } from '#/domain/counter.ts'
import type { Sku } from '#/domain/sku.ts'
import { log } from '../telemetry/log.ts'
import { catchUpCounters } from './catch-up-counters.ts'
import type { Ports } from './ports.ts'

const PAGE = 500

type Engine = Pick<Ports, 'counters' | 'book'>

/** Where the next round begins: of allowances and codes there may be many, so a round looks at one page of each. */
export type HealCursor = { readonly allowance: string; readonly code: string }

export const FROM_THE_FIRST: HealCursor = { allowance: '', code: '' }

/**
 * Compares every SKU of core with Postgres, and the next page of allowances and of codes: counters that are behind replay what they missed,
 * older offers and codes are replaced.
 */
export async function healCore(engine: Engine, from: HealCursor = FROM_THE_FIRST): Promise<HealCursor> {
  for (let after = ''; ; ) {
    const page = [...(await engine.book.stockVersions(after, PAGE)).keys()]
    await healOffers(engine, page)
    await healCounters(engine, page)
    const last = page.at(-1)
    if (!last || page.length < PAGE) break
    after = last
  }
  const allowances = (await engine.book.allowances(from.allowance, PAGE)).map(({ key }) => key)
  await healCounters(engine, allowances)
  const codes = await engine.book.codes(from.code, PAGE)
  await healCodes(engine, codes)
  return { allowance: pageAfter(allowances), code: pageAfter(codes) }
}

function pageAfter(page: readonly string[]): string {
  return page.length < PAGE ? '' : (page.at(-1) ?? '')
}

async function healCodes({ counters, book }: Engine, codes: readonly string[]): Promise<void> {
  for (const discount of codes.length > 0 ? await book.currentDiscounts(codes) : []) {
    const standing = await counters.discount(discount.code)
    if (!standing.ok) return // away: the next round is soon
    if ((standing.value?.version ?? 0) < discount.version) await counters.putDiscount(discount)
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
