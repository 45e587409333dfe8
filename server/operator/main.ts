import { randomUUID } from 'node:crypto'
import { systemClock } from '../clock.ts'
import { connectDatabase } from '../db/client.ts'
import { operatorEnv } from '../env.ts'
import { RedisStockCounters } from '../inventory/redis-stock-counters.ts'
import { postgresOrderBook } from '../orders/postgres-order-book.ts'
import { Core } from '../redis/core.ts'
import { carryOut } from './carry-out.ts'
import { readCommand, USAGE } from './read-command.ts'
import { runCommand } from './run-command.ts'

/** It begins when it is asked, maybe on a machine in trouble, and a core that is merely slow to greet is not away. */
const CONNECT_PATIENCE_MS = 3000

/** `npm run stock`: one question of an operator, answered on stdout. See read-command.ts for what can be asked. */
process.exitCode = await runCommand(readCommand(process.argv.slice(2)), USAGE, async (asked) => {
  const { DATABASE_URL, CORE_REDIS_URL } = operatorEnv()
  const db = connectDatabase(DATABASE_URL, 4)
  const core = new Core(CORE_REDIS_URL, 'operator', { connectPatienceMs: CONNECT_PATIENCE_MS })
  try {
    const ports = { counters: new RedisStockCounters(core), book: postgresOrderBook(db), clock: systemClock, newId: randomUUID, db, core }
    return await carryOut(ports, asked)
  } finally {
    await core.close()
    await db.$disconnect()
  }
})
