import type { Failure, Result } from '#/domain/result.ts'
import { isPostgresAway } from '../db/sql-state.ts'

/** A server that a command needs does not answer. */
export class ServerAway extends Error {
  readonly server: 'Postgres' | 'Redis core'

  constructor(server: ServerAway['server'], why: string) {
    super(why)
    this.server = server
  }
}

const WORDS: Record<string, string> = {
  CORE_UNREACHED: 'nothing answers at its address',
  CORE_UNKNOWN: 'it was asked and gave no answer',
  CORE_REFUSED: 'it answers with an error; its own log, or that of this command, says which',
}

/** What core answered; throws `ServerAway` when it did not. */
export function needCore<T>(result: Result<T, Failure<string>>): T {
  if (!result.ok) throw new ServerAway('Redis core', WORDS[result.code] ?? result.code)
  return result.value
}

/** Any failure of a query that is not about what it said: Postgres is away. */
export function asServerAway(error: unknown): ServerAway | null {
  if (error instanceof ServerAway) return error
  return isPostgresAway(error) ? new ServerAway('Postgres', 'it does not answer, or not in time') : null
}
