import { z } from 'zod'

/** Where Prisma's errors carry Postgres' five-character code when a driver adapter is in use (Prisma 7.10). */
const withCause = z.object({ meta: z.object({ driverAdapterError: z.object({ cause: z.object({ originalCode: z.string() }) }) }) })

/** The SQLSTATE of a failed query; null when Postgres did not answer. */
export function sqlStateOf(error: unknown): string | null {
  const parsed = withCause.safeParse(error)
  return parsed.success ? parsed.data.meta.driverAdapterError.cause.originalCode : null
}

/**
 * Whether the data is at fault, so that trying again cannot help: classes 22 (data exception) and 23 (integrity violation).
 * Source: https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function isDataError(error: unknown): boolean {
  const state = sqlStateOf(error)
  return state?.startsWith('22') === true || state?.startsWith('23') === true
}

/**
 * Whether a query failed for no fault of its own: nobody answered, or not in time, or with a state of class 08 (connection), 53 (resources) or
 * 57 (somebody ended it).
 */
export function isPostgresAway(error: unknown): boolean {
  if (!(error instanceof Error) || !/^PrismaClient(KnownRequest|UnknownRequest|Initialization)Error$/.test(error.constructor.name))
    return false
  const state = sqlStateOf(error)
  return state === null || /^(08|53|57)/.test(state)
}
