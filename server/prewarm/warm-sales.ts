import type { Clock } from '#/domain/clock.ts'
import { fail, ok, type Result } from '#/domain/result.ts'
import type { Db } from '../db/client.ts'
import { log } from '../telemetry/log.ts'
import type { NoSitemap } from './gather.ts'
import type { Place } from './place.ts'
import { type NotReached, prewarm } from './prewarm.ts'
import { ratioOf } from './ratios.ts'
import { readSalePages } from './sale-pages.ts'

/** Leaves web processes to shoppers: the walk before a sale has time. */
const AT_ONCE = 4
/** Over before the sale begins. */
const TOTAL_MS = 4 * 60_000
/** Of each cold layer, so many are named in the log. */
const NAMED = 3

export type SaleMoment = 'before' | 'begun'
export type Warming = { readonly db: Db; readonly places: readonly Place[]; readonly signal: AbortSignal; readonly clock: Clock }
export type NoSale = { readonly ok: false; readonly code: 'NO_SALE' }

/**
 * Makes a sale's pages ready, and the rest of the shop after them, and tells in the log how ready they are. That they are not is somebody's to
 * look at and stops nothing.
 */
export async function warmSale(
  { db, places, signal, clock }: Warming,
  sale: string,
  moment: SaleMoment,
): Promise<Result<'warm' | 'cold', NoSale | NoSitemap | NotReached>> {
  const [found] = await readSalePages(db, clock.now(), sale)
  if (!found) return fail('NO_SALE')
  const walked = await prewarm({ places, known: found.paths, atOnce: AT_ONCE, totalMs: TOTAL_MS, signal })
  if (!walked.ok) return walked
  const { layers, cold, paths } = walked.value
  const ratios = Object.fromEntries(layers.map(({ layer, origin, now }) => [`${layer} ${origin}`, ratioOf(now)]))
  const of = { sale, moment, pages: paths.length, ratios }
  if (cold.length === 0) {
    log.info(of, 'pages are warm for a sale')
    return ok('warm')
  }
  const missing = cold.map(({ layer, origin, now }) => ({ layer, origin, such: now.misses.slice(0, NAMED) }))
  log.warn({ ...of, missing }, 'pages are not warm for a sale')
  return ok('cold')
}
