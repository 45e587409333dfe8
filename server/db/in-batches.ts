import { coalesce } from '../coalesce.ts'
import { isDataError, sqlStateOf } from './sql-state.ts'

/** Rows a statement takes at most. */
const MOST = 100

/** Statements of one kind at a time: one at work while the next gathers. */
const IN_FLIGHT = 2

/** What one row can do to the others of its batch: it is locked by somebody for too long, or was in the way of another. */
const LOCK_NOT_AVAILABLE = '55P03'
const DEADLOCK_DETECTED = '40P01'

/**
 * One statement for what is asked at once. `run` answers in the order of its batch. Where a single row makes a batch fail, by its data or
 * because it is locked, each is tried alone, so that only that one fails.
 */
export function inBatches<T, R>(run: (batch: readonly T[]) => Promise<readonly R[]>): (item: T) => Promise<R> {
  const join = coalesce<T, PromiseSettledResult<R>>(
    async (batch) => {
      try {
        return (await run(batch)).map((value) => ({ status: 'fulfilled', value }))
      } catch (error) {
        if (batch.length === 1 || !isOneRowsFault(error)) throw error
        return Promise.allSettled(batch.map(async (item) => only(await run([item]))))
      }
    },
    { most: MOST, inFlight: IN_FLIGHT },
  )
  return async (item) => {
    const settled = await join(item)
    if (settled.status === 'rejected') throw settled.reason
    return settled.value
  }
}

function only<R>(results: readonly R[]): R {
  if (results.length !== 1) throw new Error(`${results.length} results for one`)
  return results[0] as R
}

function isOneRowsFault(error: unknown): boolean {
  return isDataError(error) || [LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED].includes(sqlStateOf(error) ?? '')
}
