import type { Clock } from '#/domain/clock.ts'
import { fail, ok, type Result } from '#/domain/result.ts'
import type { Db } from '../db/client.ts'
import type { JobPayload } from '../queues/jobs.ts'
import { log } from '../telemetry/log.ts'
import type { NoSitemap } from './gather.ts'
import type { Place } from './place.ts'
import { type NotReached, type Prewarming, prewarm } from './prewarm.ts'
import { ratioOf } from './ratios.ts'
import { readSalePages } from './sale-pages.ts'

/** Leaves web processes to shoppers: the walk before a sale has time. */
const AT_ONCE = 4
const TOTAL_MS = 4 * 60_000
/** Of each cold layer, so many are named in the log. */
const NAMED = 3

export type Warming = {
  readonly db: Db
  readonly places: readonly Place[]
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly patience?: Prewarming['patience']
}
export type NoSale = { readonly ok: false; readonly code: 'NO_SALE' }

/**
 * Makes the pages of the sales that begin at a moment ready, and the rest of the shop, and tells in the log how ready they are. That they are not is
 * somebody's to look at and stops nothing. A walk before the begin is over by then: there is another one after it.
 */
export async function warmSales(
  { db, places, signal, clock, patience }: Warming,
  startsAtMs: number,
  moment: JobPayload<'pages.prewarm'>['moment'],
): Promise<Result<'warm' | 'cold', NoSale | NoSitemap | NotReached>> {
  const nowMs = clock.now()
  const found = await readSalePages(db, nowMs, { startsAtMs })
  const totalMs = moment === 'before' ? Math.min(TOTAL_MS, startsAtMs - nowMs) : TOTAL_MS
  if (found.length === 0 || totalMs <= 0) return fail('NO_SALE')
  const known = found.flatMap(({ paths }) => paths)
  const walked = await prewarm({ places, known, atOnce: AT_ONCE, totalMs, signal, ...(patience && { patience }) })
  if (!walked.ok) return walked
  const { layers, cold, problems, paths, beyond } = walked.value
  const ratios = Object.fromEntries(layers.map(({ layer, origin, now }) => [`${layer} ${origin}`, ratioOf(now)]))
  const of = { sales: found.map(({ slug }) => slug), moment, pages: paths.length, beyond, ratios }
  if (problems.length === 0) {
    log.info(of, 'pages are warm for a sale')
    return ok('warm')
  }
  const missing = cold.map(({ layer, origin, now }) => ({ layer, origin, such: now.misses.slice(0, NAMED) }))
  log.warn({ ...of, problems, missing }, 'pages are not warm for a sale')
  return ok('cold')
}
