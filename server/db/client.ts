import { PrismaPg } from '@prisma/adapter-pg'
import { type Prisma, PrismaClient } from './generated/client.ts'

export type Db = PrismaClient
export type Tx = Prisma.TransactionClient

/** How long a query waits for a connection, and then for its answer, before the caller hears of an outage. Milliseconds. */
const CONNECT_TIMEOUT_MS = 3000
const STATEMENT_TIMEOUT_MS = 10_000

/** How long a statement waits for a row that somebody else has locked. */
const LOCK_TIMEOUT_MS = 3000

/** A pool of at most `connections`; lazy, and it comes back by itself when Postgres does. */
export function connectDatabase(url: string, connections: number, statementTimeoutMs = STATEMENT_TIMEOUT_MS): Db {
  const adapter = new PrismaPg({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: 30_000,
    statement_timeout: statementTimeoutMs,
    lock_timeout: LOCK_TIMEOUT_MS,
    query_timeout: statementTimeoutMs + 1000,
    idle_in_transaction_session_timeout: statementTimeoutMs,
    keepAlive: true,
  })
  return new PrismaClient({ adapter })
}
